import {
  type ArcturusError,
  builtinClasses,
  type Compare,
  type Condition,
  entryOf,
  isNil,
  isNumeric,
  mirrored,
  type Operand,
  opposites,
  own,
  type Schema,
  type Span,
  spanText,
} from '@arcturus/core/internal/explain'
import { isImagined } from './imagined.js'
import { locationOf, named, type Scope, sidesOf } from './location.js'
import type { Part, World } from './part.js'

/** What an explanation reveals. */
export interface ShowOptions {
  /**
   * Whether the explanation contains values of fields. Default false: it names rows by their models
   * and keys, and contains the literals of the policy.
   */
  readonly values?: boolean | undefined
  /** Fields whose values are never shown, such as `User.email`. Keys too. Default: none. */
  readonly mask?: readonly string[] | undefined
  /**
   * Returns the name of a row for people, such as the name of a repository; undefined names it by its model and key. A
   * `mask` does not apply to it. Default: none.
   */
  readonly label?: ((row: object) => string | undefined) | undefined
}

/** An operand in words. */
interface Side {
  /** The text of the policy: `issue.creator`, or a literal. */
  readonly text: string
  /** Its value; undefined if it may not be shown. */
  readonly value: string | undefined
  /** Whether the value is all that there is to show. */
  readonly isValue: boolean
}

const masked = '(masked)'
const orderings = { '<': 'less than', '<=': 'at most', '>': 'more than', '>=': 'at least' } as const
const texts = { startsWith: 'start with', endsWith: 'end with', includes: 'contain' } as const

/** Writes values and leaves as sentences. */
export class Shown {
  readonly #values: boolean
  readonly #masked: ReadonlySet<string>
  readonly #label: ShowOptions['label']
  /** The names that `label` has returned. */
  readonly #labels = new Set<string>()

  constructor(
    private readonly schema: Schema,
    options: ShowOptions,
  ) {
    const { values = false, mask = [], label } = own(options)
    this.#values = values
    this.#masked = new Set(mask)
    this.#label = label
  }

  /** Returns a row as its model and key, such as `Issue 88`, and a scalar as it is. */
  value(value: unknown): string {
    switch (typeof value) {
      case 'string':
        return JSON.stringify(value.length > maxText ? `${value.slice(0, maxText)}…` : value)
      case 'function':
        return this.schema.modelOfClass(value)?.name ?? value.name
      case 'object':
        return value === null ? 'nil' : this.#object(value)
      default:
        return String(value)
    }
  }

  /** Returns the actor in words. */
  actor(actor: unknown): string {
    return actor === null ? 'An anonymous user' : this.value(actor)
  }

  #object(value: object): string {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid date' : value.toISOString()
    if (isNumeric(value)) return String(value)
    if (Array.isArray(value)) {
      const shown = value.slice(0, maxElements).map((one) => this.value(one))
      return `[${[...shown, ...(value.length > maxElements ? ['…'] : [])].join(', ')}]`
    }
    const model = this.schema.baseOf(value)
    const cls: unknown = value.constructor
    const name = model?.name ?? (typeof cls === 'function' && cls !== Object && cls.name ? cls.name : 'row')
    if (isImagined(value)) return `a new ${name}`
    const label = model && this.#label?.(value)
    if (label) {
      this.#labels.add(label)
      return label
    }
    const key = (model && this.schema.key(model.name)) ?? []
    // Sound: a key consists of fields of the row.
    const parts = key.map((field) => [field, (value as Readonly<Record<string, unknown>>)[field]] as const)
    if (parts.length === 0 || parts.some(([, part]) => part === undefined || part === null))
      return `${article(name)} ${name}`
    const shown = parts.map(([field, part]) => (this.#isMasked(model, field) ? masked : this.value(part)))
    return `${name} ${shown.join('/')}`
  }

  #isMasked(model: { readonly name: string } | undefined, field: string): boolean {
    if (this.#masked.size === 0 || !model) return false
    return this.schema.ancestors(model.name).some((name) => this.#masked.has(`${name}.${field}`))
  }

  /**
   * Returns an operand in words.
   * @param isPlace - Whether the place of a row is named that a caller passed. Default: the row is.
   */
  side(of: Operand, { world, environment }: Pick<Part, 'world' | 'environment'>, isPlace = false): Side {
    const { operand, scope } = named(of, environment)
    switch (operand.kind) {
      case 'value':
        return literal(this.value(operand.value))
      case 'constant': {
        const isOfContext = this.schema.context.fields.has(operand.name)
        return {
          text: operand.name,
          value: isOfContext ? this.#read(operand, world, scope) : undefined,
          isValue: false,
        }
      }
      case 'list': {
        const sides = operand.elements.map((one) => this.side(one, { world, environment: scope }))
        return literal(`[${sides.map(({ value, text, isValue }) => (isValue ? value : text)).join(', ')}]`)
      }
      default: {
        const value = this.#read(operand, world, scope)
        const isPassedRow =
          !isPlace && operand !== of && value !== undefined && this.#namesRows(world.value(operand, scope))
        const text = isPassedRow ? undefined : textOf(operand)
        if (text === undefined) return value === undefined ? literal('a value') : literal(value)
        return { text, value, isValue: false }
      }
    }
  }

  /** Returns the operands of a comparison in words, of which one at least is a place if there is any. */
  #sides({ left, right }: Compare, part: Part): readonly [Side, Side] {
    const sides = [this.side(left, part), this.side(right, part)] as const
    return sides.every(({ isValue }) => isValue) ? [this.side(left, part, true), this.side(right, part, true)] : sides
  }

  /** Returns the value of a computed operand; undefined if it may not be shown, or if it can't be read. */
  #read(operand: Operand, world: World, environment: Scope): string | undefined {
    let value: unknown
    try {
      value = world.value(operand, environment)
    } catch {
      return undefined
    }
    // The key of a new row is a placeholder.
    if (isImagined(locationOf(world, operand, environment)?.object)) return undefined
    if (value === null) return 'nil'
    if (this.#namesRows(value)) return this.value(value)
    if (!this.#values) return undefined
    return this.#masked.size > 0 && this.#readsMasked(operand, world, environment) ? masked : this.value(value)
  }

  /** Returns whether a value is a row, or a list of rows: they are named whether values are shown or not. */
  #namesRows(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false
    if (Array.isArray(value)) return value.every((one) => !Array.isArray(one) && this.#namesRows(one))
    const model = this.schema.baseOf(value)
    return model !== undefined && !builtinClasses.has(model.name)
  }

  /** Returns an element of a list in words. */
  element(element: unknown, list: Operand, { world, environment }: Pick<Part, 'world' | 'environment'>): string {
    if (element === null || this.#namesRows(element) || isImagined(element)) return this.value(element)
    if (!this.#values) return 'a value'
    return this.#masked.size > 0 && this.#readsMasked(list, world, environment) ? masked : this.value(element)
  }

  /**
   * Returns an error in words. Its message can contain any value, so that it is shown only if all
   * values are.
   */
  error({ code, summary, span }: ArcturusError): string {
    if (this.#values && this.#masked.size === 0) return summary
    return span && span.source.text !== '' ? `${code} in ${collapsed(span)}` : code
  }

  /** Returns whether an operand reads a masked field anywhere. */
  #readsMasked(of: Operand, world: World, from: Scope): boolean {
    const { operand, scope } = named(of, from)
    const inner = (one: Operand): boolean => this.#readsMasked(one, world, scope)
    switch (operand.kind) {
      case 'path':
      case 'field': {
        const location = locationOf(world, operand, scope)
        const isHere = location !== undefined && this.#isMasked(this.schema.baseOf(location.object), location.field)
        if (isHere) return true
        if (operand.kind === 'field') return inner(operand.of)
        if (operand.steps.length > 0) return inner({ ...operand, steps: operand.steps.slice(0, -1) })
        // An element can be the value of any field.
        return operand.root.kind === 'variable' && !this.#namesRows(world.value(operand, scope))
      }
      case 'call':
        return inner(operand.of) || operand.args.some(inner)
      case 'list':
        return operand.elements.some(inner)
      case 'arithmetic':
        return inner(operand.left) || inner(operand.right)
      default:
        return false
    }
  }

  /** Returns a leaf as a sentence that is true: `issue.creator is User 7, not User 3`. */
  leaf(part: Part, holds: boolean): string {
    const { condition } = part
    switch (condition.kind) {
      case 'compare': {
        const { operator } = condition
        const sides = this.#sides(condition, part)
        const isPresent = isNil(condition.right) && (operator === '!=') === holds
        if (isPresent && sides[0].value !== undefined && !sides[0].isValue)
          return `${sides[0].text} is ${sides[0].value}`
        if (operator === '=' || operator === '==' || operator === '!=')
          return equality(...sides, (operator === '!=') !== holds)
        return ordering(...sides, operator, holds)
      }
      case 'in': {
        const [item, list] = [this.side(condition.item, part), this.side(condition.list, part)]
        return `${withValue(item)} is ${holds ? '' : 'not '}in ${withValue(list)}`
      }
      case 'text': {
        const [of, other] = [this.side(condition.of, part), this.side(condition.part, part)]
        return `${withValue(of)} does ${holds ? '' : 'not '}${texts[condition.operator]} ${withValue(other)}`
      }
      case 'isa': {
        const side = this.side(condition.of, part)
        if (holds && side.value !== undefined && !side.isValue) return `${side.text} is ${side.value}`
        return `${withValue(side)} is ${holds ? '' : 'not '}${article(condition.model)} ${condition.model}`
      }
      case 'test':
        return `${this.side(condition.of, part).text} is ${holds}`
      case 'reads':
        return `${this.side(condition.of, part).text} can be read`
      default:
        return sourceText(condition)
    }
  }

  /** Returns a call with its arguments: `has_role(User 3, "admin", Repository 12)`. */
  call(part: Part): string {
    const { condition } = part
    if (condition.kind !== 'ref') return sourceText(condition)
    const { definition, args } = condition
    const given = definition.arguments.map((argument) => {
      const isParameter = argument.kind === 'path' && argument.root.kind === 'parameter'
      const at = isParameter ? definition.parameters.indexOf(argument.root) : -1
      const side = this.side(at < 0 ? argument : args[at]!, part)
      return side.value ?? side.text
    })
    return `${definition.name}(${given.join(', ')})`
  }

  /** Returns the value that a leaf tests as it is now; undefined if there is none to show. */
  now(part: Part): string | undefined {
    const { condition } = part
    const operands =
      condition.kind === 'compare'
        ? sidesOf(condition, part.environment)
        : condition.kind === 'in'
          ? [condition.item]
          : condition.kind === 'text' || condition.kind === 'test'
            ? [condition.of]
            : []
    return operands.map((one) => this.side(one, part)).find(({ isValue }) => !isValue)?.value
  }

  /** Returns a leaf as a demand: `issue.creator = User 3`. */
  demand(part: Part, wanted: boolean): string {
    const { condition } = part
    switch (condition.kind) {
      case 'compare': {
        const [left, right] = this.#sides(condition, part)
        const operator = wanted ? condition.operator : opposites[condition.operator]
        const [changed] = sidesOf(condition, part.environment)
        const isMirrored = right.isValue ? false : left.isValue || changed === condition.right
        const [one, other] = isMirrored ? [right, left] : [left, right]
        const shown = isMirrored ? mirrored[operator] : operator
        const isLabel = other.value !== undefined && this.#labels.has(other.value)
        return `${one.text} ${shown === '==' ? '=' : shown} ${isLabel ? other.value : demanded(other)}`
      }
      case 'in':
        return `${shortOf(this.side(condition.item, part))} ${wanted ? 'in' : 'not in'} ${shortOf(this.side(condition.list, part))}`
      case 'test':
        return condition.of.kind === 'call'
          ? `${wanted ? '' : 'not '}${this.side(condition.of, part).text}`
          : `${this.side(condition.of, part).text} = ${wanted}`
      case 'opaque':
      case 'ref':
        return `${wanted ? '' : 'not '}${this.call(part)}`
      default:
        return this.leaf(part, wanted)
    }
  }
}

const maxText = 60
const maxElements = 8

function literal(value: string): Side {
  return { text: value, value, isValue: true }
}

function withValue({ text, value, isValue }: Side): string {
  return isValue || value === undefined ? text : `${text} (${value})`
}

/** Rows are named, fields are kept as they are written. */
function demanded({ text, value, isValue }: Side): string {
  return isValue || value === undefined || !/^[A-Z]/.test(value) ? shortOf({ text, value, isValue }) : value
}

function shortOf({ text, value, isValue }: Side): string {
  return isValue && value !== undefined ? value : text
}

function equality(left: Side, right: Side, isEqual: boolean): string {
  const [one, other] = left.isValue && !right.isValue ? [right, left] : [left, right]
  const expected = other.isValue ? other.text : withValue(other)
  if (isEqual) return `${one.text} is ${expected}`
  return one.isValue || one.value === undefined
    ? `${one.text} is not ${expected}`
    : one.value === expected
      ? `${one.text} is another ${expected.replace(/^an? /, '')}`
      : `${one.text} is ${one.value}, not ${expected}`
}

function ordering(left: Side, right: Side, operator: keyof typeof orderings, holds: boolean): string {
  const isMirrored = left.isValue && !right.isValue
  const [one, other] = isMirrored ? [right, left] : [left, right]
  const sign = isMirrored ? mirrored[operator] : operator
  const expected = `${orderings[sign]} ${withValue(other)}`
  if (holds) return `${withValue(one)} is ${expected}`
  return one.isValue || one.value === undefined
    ? `${one.text} is not ${expected}`
    : `${one.text} is ${one.value}, not ${expected}`
}

/** Returns an operand as its author wrote it; undefined for a root, which has a value alone. */
function textOf(operand: Operand): string | undefined {
  switch (operand.kind) {
    case 'path':
    case 'field': {
      const steps = operand.kind === 'path' ? operand.steps : [operand.step]
      const last = steps.at(-1)
      if (!last) return undefined
      const written = collapsed(last.span)
      if (written.endsWith(`.${last.name}`)) return written
      const root =
        operand.kind === 'path' ? (operand.root.model ?? operand.root.name).toLowerCase() : textOf(operand.of)
      return [root, ...steps.map(({ name }) => name)].join('.')
    }
    case 'call':
    case 'arithmetic':
      return collapsed(operand.span)
    default:
      return undefined
  }
}

/** Returns the source of a condition on one line. */
export function sourceText(condition: Condition): string {
  return 'span' in condition ? collapsed(condition.span) : condition.kind
}

/** Returns the text of a span on one line, without comments. */
export function collapsed(span: Span): string {
  return entryOf(lines, span, () =>
    spanText(span)
      .replace(/("(?:[^"\\]|\\.)*")|#[^\n]*/g, (_, quoted: string | undefined) => quoted ?? '')
      .replace(/\s+/g, ' ')
      .trim(),
  )
}

const lines = new WeakMap<Span, string>()

export function article(name: string): string {
  return /^[aeio]/i.test(name) ? 'an' : 'a'
}
