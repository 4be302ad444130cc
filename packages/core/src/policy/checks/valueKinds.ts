import type { Entry, Expression, Pattern } from '../../language/ast.js'
import { type Span, spanText } from '../../language/source.js'
import { comparability } from '../../schema/comparability.js'
import { type Family, scalarFamilies } from '../../schema/families.js'
import type { Field } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'
import type { PathCheck } from './followPaths.js'
import { declaresFields, type Knowledge } from './knowledge.js'
import { suggestion } from './suggestion.js'

/** The kind of a value, for comparisons. */
interface Kind {
  readonly family: Family
  readonly model?: string | undefined
  /** The kind of a list's elements, if known. */
  readonly elements?: Kind | undefined
  /** The values of an enum. */
  readonly values?: readonly string[] | undefined
  readonly nullable: boolean
}

/**
 * Compared values must be able to be equal, and a collection must be able to contain the value. For
 * example, a number never equals a text or a row.
 */
export const neverEqual: PathCheck = ({ schema, warning }) => {
  if (!declaresFields(schema)) return undefined
  const report = (span: Span, [left, one]: Side, [right, other]: Side, hint?: string): void => {
    if (!one || !other || canBeEqual(schema, one, other)) return
    const message = `${left} is ${a(one)} and ${right} ${a(other)}: they are never equal.`
    const way = hint ?? hintFor(schema, [left, one], [right, other])
    warning('never-equal', message, span, { ...(way !== undefined && { hint: way }), data: { left, right } })
  }
  return {
    goal: (goal, knowledge) => {
      const side = (node: Expression): Side => [spanText(node.span), kindOf(node, knowledge, schema)]
      if (goal.kind === 'unify' || (goal.kind === 'compare' && goal.operator === '=='))
        report(goal.span, side(goal.left), side(goal.right))
      if (goal.kind !== 'in') return
      const [list, kind] = side(goal.collection)
      if (kind && !hasElements(kind)) {
        const message = `${list} is ${a(kind)}, and has no elements.`
        warning('not-iterable', message, goal.collection.span, {
          hint: 'write a list after `in`',
          data: { text: list },
        })
      }
      if (kind?.family === 'text') {
        const { item } = goal
        if (item.kind === 'string' && [...item.value].length > 1) {
          const message = `${spanText(item.span)} is longer than a character of ${list}: they are never equal.`
          const hint = `write ${list}.includes(${spanText(item.span)})`
          warning('never-equal', message, goal.span, { hint, data: { left: item.value, right: list } })
        } else report(goal.span, side(item), [`a character of ${list}`, { family: 'text', nullable: kind.nullable }])
      }
      if (kind?.family !== 'list') return
      const hint =
        kind.elements?.family === 'row' ? `compare a field of an element: one in ${list} and one.… = …` : undefined
      report(goal.span, side(goal.item), [`an element of ${list}`, kind.elements], hint)
    },
    patternField: ({ key, value, span }: Entry<Pattern>, model) => {
      const field = schema.field(model, key)
      report(span, [`${model}'s ${key}`, field && fieldKind(field, schema)], [spanText(value.span), literalKind(value)])
    },
  }
}

/** Returns whether `in` has elements of such a value. */
const hasElements = ({ family }: Kind): boolean => family === 'list' || family === 'text'

/** The text and the kind of one side of a comparison; the kind is undefined if unknown. */
type Side = readonly [text: string, kind: Kind | undefined]

/** Returns the kind of an expression's value; undefined if it is not known. */
function kindOf(node: Expression, knowledge: Knowledge, schema: Schema): Kind | undefined {
  const literal = literalKind(node)
  if (literal) return literal
  const known = knowledge.of(node)
  const isPresent = knowledge.isPresent(known)
  const field = known.from?.field
  const kind = field ? fieldKind(field, schema) : undefined
  if (kind && (kind.family !== 'row' || known.model === undefined))
    return isPresent ? { ...kind, nullable: false } : kind
  return known.model === undefined ? undefined : rowKind(known.model, schema, kind?.nullable === true && !isPresent)
}

function literalKind(node: Expression | Pattern): Kind | undefined {
  switch (node.kind) {
    case 'string':
      return { family: 'text', nullable: false }
    case 'number':
    case 'arithmetic':
      return { family: 'number', nullable: false }
    case 'boolean':
      return { family: 'boolean', nullable: false }
    case 'list': {
      const [first, ...others] = node.elements.map(literalKind)
      const elements = others.every((one) => one?.family === first?.family) ? first : undefined
      return { family: 'list', elements, nullable: false }
    }
    default:
      return undefined
  }
}

function fieldKind(field: Field, schema: Schema): Kind | undefined {
  const { nullable } = field
  const one: Kind | undefined = field.kind === 'relation' ? rowKind(field.model, schema, nullable) : scalarKind(field)
  const isList = field.kind === 'relation' ? field.many : field.list
  return isList ? { family: 'list', elements: one && { ...one, nullable: false }, nullable } : one
}

function scalarKind(field: Extract<Field, { kind: 'scalar' }>): Kind | undefined {
  const family = scalarFamilies[field.type]
  return family && { family, nullable: field.nullable, values: valuesOf(field) }
}

/** Returns the values of an enum. Code of others can add properties to all objects. */
function valuesOf(of: Field | Kind): Kind['values'] {
  return 'values' in of && Object.hasOwn(of, 'values') ? of.values : undefined
}

/**
 * Returns the kind of a row of a model with declarations. For instances of any other class, the
 * application defines equality.
 */
function rowKind(model: string, schema: Schema, nullable: boolean): Kind | undefined {
  return schema.typeNamed(model)?.fields.size ? { family: 'row', model, nullable } : undefined
}

function canBeEqual(schema: Schema, one: Kind, other: Kind): boolean {
  if (one.nullable && other.nullable) return true
  if (one.family !== other.family) return false
  const values = valuesOf(other)
  if (values && valuesOf(one)?.some((value) => values.includes(value)) === false) return false
  return one.model === undefined || other.model === undefined || schema.commonRows(one.model, other.model) !== undefined
}

/** Returns a kind in words. */
function a(kind: Kind): string {
  const { family, model } = kind
  const values = valuesOf(kind)
  if (values) return `one of ${values.join(', ')}`
  return family === 'row' ? `a row of ${model}` : family === 'bytes' ? 'bytes' : `a ${family}`
}

/** Returns a hint for a number or a boolean in quotes. */
function literalHint({ family }: Kind, text: string): string | undefined {
  const value = /^"(.*)"$/.exec(text)?.[1]
  if (value === undefined) return undefined
  const isMeant = family === 'boolean' ? /^(?:true|false)$/.test(value) : family === 'number' && /^-?\d+$/.test(value)
  return isMeant ? `write it without quotes: ${value}` : undefined
}

/** Returns a hint with the likely intention, if there is one. */
function hintFor(schema: Schema, [left, one]: [string, Kind], [right, other]: [string, Kind]): string | undefined {
  if (one.family === 'list') return `look for it in the list: ${right} in ${left}`
  if (other.family === 'list') return `look for it in the list: ${left} in ${right}`
  const literal = literalHint(one, right) ?? literalHint(other, left)
  if (literal !== undefined) return literal
  if (valuesOf(one) && valuesOf(other)) return 'they have no value in common: compare each with its own'
  const [row, text] = one.family === 'row' ? [one, left] : [other, right]
  const key = row.model === undefined ? undefined : schema.key(row.model)
  if (one.family === other.family || key?.length !== 1) return undefined
  return `compare its key: ${text}.${key[0]}`
}

/** Smaller numbers, as milliseconds since 1970, are in 1970 or before: years, days or seconds were meant. */
const leastTime = 365 * 24 * 60 * 60 * 1000

/**
 * Ordered values must be of one type: a text is ordered among texts, and lists and rows have no order. A date is compared
 * with a number by its milliseconds since 1970, so `signedAt > 2020` always holds. Arithmetic needs numbers.
 */
export const incomparable: PathCheck = ({ schema, warning }) => ({
  arithmetic: (node, knowledge) => {
    for (const operand of [node.left, node.right]) {
      const kind = kindOf(operand, knowledge, schema)
      if (!kind || kind.family === 'number') continue
      const text = spanText(operand.span)
      warning('incomparable', `${text} is ${a(kind)}: arithmetic needs numbers.`, operand.span, {
        hint: 'compute it in the application: register a constant, or add a field',
        data: { text },
      })
    }
  },
  goal: (goal, knowledge) => {
    if (goal.kind !== 'compare' || goal.operator === '==' || goal.operator === '!=') return
    const left = kindOf(goal.left, knowledge, schema)
    const right = left && kindOf(goal.right, knowledge, schema)
    if (!left || !right) return
    const families = [left.family, right.family]
    const isError = families.includes('row') || comparability(goal.operator, left.family, right.family) === 'never'
    const isDate = families.includes('date')
    const isTime = [goal.left, goal.right].some((node) => node.kind === 'number' && node.value >= leastTime)
    if (!isError && !(isDate && families.includes('number') && !isTime)) return
    const [one, other] = [spanText(goal.left.span), spanText(goal.right.span)]
    const result = isError
      ? `comparing them with \`${goal.operator}\` is an error`
      : 'the number counts milliseconds since 1970'
    const message = `${one} is ${a(left)} and ${other} ${a(right)}: ${result}.`
    const hint = isDate
      ? 'compare it with a date: register a constant whose field returns one'
      : 'compare values of one type'
    warning('incomparable', message, goal.span, { hint, data: { left: one, right: other } })
  },
})

/** A field alone is a condition only if it is a boolean. */
export const notACondition: PathCheck = ({ schema, warning }) => {
  if (!declaresFields(schema)) return undefined
  return {
    goal: (goal, knowledge) => {
      if (goal.kind !== 'dot' && goal.kind !== 'variable') return
      const { from, model } = knowledge.of(goal)
      const field = from?.field
      const kind = kindOf(goal, knowledge, schema)
      const isRow = model !== undefined && (goal.kind === 'variable' || field)
      const what = kind ? a(kind) : isRow ? `a row of ${model}` : undefined
      if (what === undefined || kind?.family === 'boolean') return
      const text = spanText(goal.span)
      warning('not-a-condition', `${text} is ${what}, and no condition.`, goal.span, {
        hint: field?.nullable ? `to ask whether there is one, write: ${text} != nil` : 'compare it with a value',
        data: { text },
      })
    },
  }
}

/** A text that is compared with an enum column must be one of its values. */
export const unknownValue: PathCheck = ({ schema, warning }) => {
  const all = schema.types().flatMap(({ fields }) => [...fields.values()])
  if (!all.some((field) => valuesOf(field) !== undefined)) return undefined

  const look = (field: Field | undefined, value: Expression | Pattern, ofElements = false): void => {
    const values = field && valuesOf(field)
    if (!values || (field?.kind === 'scalar' && field.list !== ofElements)) return
    if (value.kind === 'list') for (const element of value.elements) look(field, element, ofElements)
    if (value.kind !== 'string' || values.includes(value.value)) return
    const { name } = field!
    const hint = suggestion(value.value, values) ?? `use one of its values: ${values.slice(0, 10).join(', ')}`
    const message = `"${value.value}" is not a value of the enum ${name}.`
    warning('unknown-value', message, value.span, { hint, data: { name: value.value, field: name } })
  }
  const fieldOf = (node: Expression, knowledge: Knowledge): Field | undefined => knowledge.of(node).from?.field
  return {
    goal: (goal, knowledge) => {
      switch (goal.kind) {
        case 'unify':
        case 'compare':
          look(fieldOf(goal.left, knowledge), goal.right)
          look(fieldOf(goal.right, knowledge), goal.left)
          return
        case 'in':
          look(fieldOf(goal.item, knowledge), goal.collection)
          look(fieldOf(goal.collection, knowledge), goal.item, true)
          return
        case 'matches':
          look(fieldOf(goal.value, knowledge), goal.pattern)
          return
        default:
      }
    },
    patternField: ({ key, value }, model) => look(schema.field(model, key), value),
  }
}
