import { hasCustomInstanceCheck } from '../schema/classes.js'
import { comparability } from '../schema/comparability.js'
import type { Schema } from '../schema/schema.js'
import { entryOf } from '../values/entryOf.js'
import type { Compare, Condition, Definition, Operand, Path } from './condition.js'
import { canFailToRead, family, isNil, operandType } from './type.js'
import { operandsIn, partsIn } from './visit.js'

/**
 * Returns whether the schema allows a row for which evaluating a condition is an error.
 * @param known - Results for definitions. Without it, every definition counts as fallible.
 * @param present - Paths that are not nil here.
 */
export function canFail(
  schema: Schema,
  condition: Condition,
  known?: KnownDefinitions,
  present: readonly Path[] = [],
): boolean {
  switch (condition.kind) {
    case 'true':
    case 'false':
      return false
    case 'and': {
      const here = [...present]
      for (const one of condition.of) {
        if (canFail(schema, one, known, here)) return true
        here.push(...presentWhen(schema, one))
      }
      return false
    }
    case 'or':
      return condition.of.some((one) => canFail(schema, one, known, present))
    case 'not':
      return canFail(schema, condition.of, known, present)
    case 'compare':
      return canFailToCompare(schema, condition, present)
    case 'in':
      return canFailToRead(schema, condition.item, present) || !isList(schema, condition.list, present)
    case 'isa':
    case 'reads':
      return canFailToRead(schema, condition.of, present)
    case 'some':
      return !isRows(schema, condition.from, present) || canFail(schema, condition.where, known, present)
    case 'text':
      return !isText(schema, condition.of, present) || !isText(schema, condition.part, present)
    case 'test': {
      const type = operandType(schema, condition.of)
      return type.nullable || family(type) !== 'boolean' || canFailToRead(schema, condition.of, present)
    }
    case 'ref':
      return (
        condition.args.some((arg) => canFailToRead(schema, arg, present)) ||
        !known ||
        known.canFail(schema, condition.definition)
      )
    case 'opaque':
    case 'failure':
      return true
  }
}

/** Returns whether evaluating a definition can be an error. */
interface KnownDefinitions {
  canFail(schema: Schema, definition: Definition): boolean
}

/** Returns the paths that are not nil if a condition is true. */
export function presentWhen(schema: Schema, condition: Condition): readonly Path[] {
  return [...presentUnlessError(condition), ...presentIfTrue(schema, condition)]
}

/** Returns the paths that a condition reads through: if one is nil, the condition is an error. */
export function presentUnlessError(condition: Condition): readonly Path[] {
  const [part] = partsIn(condition)
  const inParts = part && (condition.kind === 'and' || condition.kind === 'not') ? presentUnlessError(part) : []
  return [...inParts, ...operandsIn(condition).flatMap(pathsThrough)]
}

function pathsThrough(operand: Operand): readonly Path[] {
  // Operands of operands can be shared, so that visiting all of them takes exponential time.
  if (operand.kind !== 'path') return []
  const { root, steps } = operand
  return steps.map((_, length) => ({ kind: 'path', root, steps: steps.slice(0, length) }))
}

function presentIfTrue(schema: Schema, condition: Condition): readonly Path[] {
  switch (condition.kind) {
    case 'and':
      return condition.of.flatMap((one) => presentWhen(schema, one))
    case 'isa': {
      const model = schema.models.get(condition.model)
      return condition.of.kind === 'path' && !(model && hasCustomInstanceCheck(model)) ? [condition.of] : []
    }
    case 'compare': {
      const { operator, left, right } = condition
      const isOrdering = operator !== '=' && operator !== '==' && operator !== '!='
      const found = (one: Operand, other: Operand): readonly Path[] => {
        if (one.kind !== 'path') return []
        if (operator === '!=') return isNil(other) ? [one] : []
        return isOrdering || !operandType(schema, other).nullable ? (isNil(other) ? [] : [one]) : []
      }
      return [...found(left, right), ...found(right, left)]
    }
    default:
      return []
  }
}

/** Memoizes which definitions are fallible. Calls of a definition in its own body do not count: its other parts decide. */
export class Fallible implements KnownDefinitions {
  readonly #known = new Map<Definition, boolean>()

  canFail(schema: Schema, definition: Definition): boolean {
    return this.#known.get(definition) ?? this.#examine(schema, definition)
  }

  /** Examines all definitions that a definition leads to, each once. */
  #examine(schema: Schema, definition: Definition): boolean {
    /** The examined definitions that call a definition. */
    const callers = new Map<Definition, Definition[]>([[definition, []]])
    const fallible: Definition[] = []
    for (const [one] of callers) {
      const called: KnownDefinitions = {
        canFail: (_, callee) => {
          const known = this.#known.get(callee)
          if (known === undefined) entryOf(callers, callee, () => []).push(one)
          return known ?? false
        },
      }
      if (canFail(schema, one.condition, called)) fallible.push(one)
    }
    for (const one of callers.keys()) this.#known.set(one, false)
    for (const one of fallible) {
      if (this.#known.get(one)) continue
      this.#known.set(one, true)
      fallible.push(...callers.get(one)!)
    }
    return this.#known.get(definition)!
  }
}

function canFailToCompare(schema: Schema, condition: Compare, present: readonly Path[]): boolean {
  const { operator, left, right } = condition
  if (canFailToRead(schema, left, present) || canFailToRead(schema, right, present)) return true
  if (isNil(left) || isNil(right)) return false
  const families = [left, right].map((operand) => family(operandType(schema, operand)))
  // An element of a list can be undefined.
  if (families.every((one) => one === undefined || one === 'list')) return true
  return comparability(operator, families[0], families[1]) !== 'certain'
}

/** Returns whether an operand is a list for every row. */
function isList(schema: Schema, operand: Operand, present: readonly Path[]): boolean {
  const type = operandType(schema, operand)
  return type.list && !type.nullable && !canFailToRead(schema, operand, present)
}

/** Returns whether an operand is a list of rows. The elements of a list of scalars can be of another type. */
function isRows(schema: Schema, operand: Operand, present: readonly Path[]): boolean {
  return isList(schema, operand, present) && operandType(schema, operand).scalar === undefined
}

/** Returns whether an operand is text or nil for every row. */
function isText(schema: Schema, operand: Operand, present: readonly Path[]): boolean {
  return family(operandType(schema, operand)) === 'text' && !canFailToRead(schema, operand, present)
}
