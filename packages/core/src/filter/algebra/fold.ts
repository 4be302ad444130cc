import type { Condition, Definition, Operand } from '../../condition/condition.js'
import { FALSE, TRUE } from '../../condition/construct.js'
import { canFail, Fallible } from '../../condition/fallible.js'
import { isSameTest } from '../../condition/same.js'
import { operandsIn, partsIn } from '../../condition/visit.js'
import { type Family, scalarFamilies } from '../../schema/families.js'
import type { Schema } from '../../schema/schema.js'

/**
 * Folds the condition of a filter that is the same for every row, in any order of its parts. Such as
 * `(…) and false`: no row makes it true, whether its first part is true, false or an error.
 * A condition with a known failure stays, so that its error is not hidden.
 */
export function fold(schema: Schema, condition: Condition): Condition {
  if (condition.kind === 'true' || condition.kind === 'false') return condition
  if (new Constancy(true).isNever(condition)) return FALSE
  if (!new Constancy(false).isNever(condition)) return condition
  // An error is not true, so it must be impossible, for the actor's values too.
  return canFail(schema, condition, new Fallible()) || !hasPlainValues(schema, condition) ? condition : TRUE
}

/** Returns whether all values in a condition are scalars, or rows with a complete key of the declared types. */
function hasPlainValues(schema: Schema, condition: Condition, seen: Set<Definition> = new Set()): boolean {
  if (condition.kind === 'ref') {
    const { definition } = condition
    if (!seen.has(definition) && !hasPlainValues(schema, definition.condition, seen.add(definition))) return false
  }
  return (
    operandsIn(condition).every((one) => isPlainOperand(schema, one)) &&
    partsIn(condition).every((one) => hasPlainValues(schema, one, seen))
  )
}

function isPlainOperand(schema: Schema, operand: Operand): boolean {
  if (operand.kind === 'value') {
    const { value } = operand
    return Array.isArray(value) ? value.every((one) => isPlainValue(schema, one)) : isPlainValue(schema, value)
  }
  return operandsIn(operand).every((one) => isPlainOperand(schema, one))
}

function isPlainValue(schema: Schema, value: unknown): boolean {
  if (value === undefined || typeof value === 'function') return false
  if (typeof value !== 'object' || value === null || value instanceof Date) return true
  const model = schema.modelOf(value)?.name
  const key = model === undefined ? undefined : schema.key(model)
  if (model === undefined || !key || key.length === 0) return false
  return key.every((name) => {
    const field = schema.field(model, name)
    const family = field?.kind === 'scalar' && !field.list ? scalarFamilies[field.type] : undefined
    // Sound: any object may have the field.
    return family !== undefined && isOfFamily((value as Readonly<Record<string, unknown>>)[name], family)
  })
}

function isOfFamily(part: unknown, family: Family): boolean {
  switch (family) {
    case 'number':
      return typeof part === 'number' || typeof part === 'bigint'
    case 'text':
      return typeof part === 'string'
    case 'date':
      return part instanceof Date
    default:
      return false
  }
}

/** Up to this number, the tests of a part are compared with the negations beside them. */
const fewTests = 32

/**
 * Returns whether a condition never has an outcome, true or false. An error is neither.
 *
 * ```
 *              never true              never false
 * a and b      a or b is never true    a and b are never false
 * a or b       a and b are never true  a or b is never false
 * not a        a is never false        a is never true
 * some x: a    a is never true         (an empty list is false)
 * ```
 */
class Constancy {
  readonly #outcome: boolean
  readonly #definitions = new Map<Definition, boolean>()
  readonly #visited = new Set<Definition>()
  #opposite: Constancy | undefined

  constructor(outcome: boolean, opposite?: Constancy) {
    this.#outcome = outcome
    this.#opposite = opposite
  }

  isNever(condition: Condition): boolean {
    switch (condition.kind) {
      case 'true':
        return !this.#outcome
      case 'false':
        return this.#outcome
      case 'and':
        return this.#outcome ? this.#some(condition.of) : condition.of.every((one) => this.isNever(one))
      case 'or':
        return this.#outcome ? condition.of.every((one) => this.isNever(one)) : this.#some(condition.of)
      case 'not':
        this.#opposite ??= new Constancy(!this.#outcome, this)
        return this.#opposite.isNever(condition.of)
      case 'some':
        return this.#outcome && this.isNever(condition.where)
      case 'ref':
        return this.#isNeverIn(condition.definition)
      default:
        return false
    }
  }

  /** Returns whether one of the parts suffices, or a test and its negation. Parts behind a failure are never evaluated. */
  #some(parts: readonly Condition[]): boolean {
    const tests: Condition[] = []
    const denied: Condition[] = []
    for (const one of parts) {
      if (one.kind === 'failure') return false
      if (this.isNever(one)) return true
      const [test, own, others] = one.kind === 'not' ? [one.of, denied, tests] : [one, tests, denied]
      if (others.length <= fewTests && others.some((other) => isSameTest(test, other))) return true
      own.push(test)
    }
    return false
  }

  #isNeverIn(definition: Definition): boolean {
    const known = this.#definitions.get(definition)
    if (known !== undefined) return known
    // A definition that calls itself has an outcome only if one of its other parts has.
    if (this.#visited.has(definition)) return this.#outcome
    const isFirst = this.#visited.size === 0
    this.#visited.add(definition)
    const isNever = this.isNever(definition.condition)
    // Inside a recursion, the result rests on the assumption above.
    if (!isFirst) return isNever
    this.#definitions.set(definition, isNever)
    this.#visited.clear()
    return isNever
  }
}
