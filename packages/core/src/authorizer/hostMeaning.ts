import type { Meaning } from '../condition/meaning.js'
import type { Expression } from '../language/ast.js'
import { type Host, type Limits, type Program, solve } from '../machine/index.js'
import type { Schema } from '../schema/schema.js'
import { Dict } from '../values/dict.js'
import { type Equality, unifiable } from '../values/equality.js'
import { isNumeric } from '../values/numeric.js'
import { compareEqual, compareOrder } from '../values/order.js'

/**
 * What values mean to the machine's host, for conditions; all that would have to wait is undefined.
 * @param hasEquality - Whether the host compares objects without keys by more than identity.
 */
export function hostMeaning(
  schema: Schema,
  host: Host,
  program: Program,
  limits: Partial<Limits>,
  hasEquality: boolean,
): Meaning {
  const equality: Equality = (left, right) => {
    const equal = host.equal(left, right)
    return typeof equal === 'boolean' ? equal : Promise.resolve(equal)
  }
  const sameRows = new Map<unknown, SameRow>()
  return {
    schema,
    equal(left, right) {
      if (typeof left === 'object' && typeof right === 'object' && left !== null && right !== null) {
        // Two rows of one class are what is compared most.
        const cls = left.constructor
        if (cls === right.constructor) {
          let same = sameRows.get(cls)
          if (same === undefined) {
            same = sameRowOf(schema, left, hasEquality)
            sameRows.set(cls, same)
          }
          const answer = same?.(left, right)
          if (answer !== undefined) return answer
        }
      }
      return isSettled(left) && isSettled(right) ? now(unifiable(left, right, equality)) : undefined
    },
    compare(operator, left, right) {
      if (operator !== '==' && operator !== '!=') return compareOrder(operator, left, right)
      const equal = now(compareEqual(left, right, equality))
      return equal === undefined ? undefined : equal === (operator === '==')
    },
    isInstance(value, model, exact) {
      if (exact) return schema.modelOf(value)?.name === model
      const known = host.classOf(value)
      if (known !== undefined) return host.isSubclass(known, model)
      return now(host.isa(value, model))
    },
    ask(goal: Expression, bindings) {
      const query = solve(program, goal, { bindings, limits })
      try {
        return query.nextSync() !== undefined
      } finally {
        query.close()
      }
    },
  }
}

function now(answer: boolean | undefined | PromiseLike<boolean>): boolean | undefined {
  return typeof answer === 'boolean' ? answer : undefined
}

function isSettled(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined
  return typeof (value as { then?: unknown }).then !== 'function'
}

type Row = Readonly<Record<string, unknown>>
/** Compares rows of one class by a key of one column; undefined where that does not decide. */
type SameRow = ((left: object, right: object) => boolean | undefined) | null

function sameRowOf(schema: Schema, row: object, hasEquality: boolean): SameRow {
  const model = schema.modelOfClass(row.constructor)
  if (!model || Array.isArray(row) || row instanceof Date || row instanceof Dict || isNumeric(row)) return null
  const key = schema.key(model.name) ?? []
  if (key.length === 0 && !hasEquality) return (left, right) => left === right
  if (key.length !== 1) return null
  const name = key[0]!
  return (left, right) => {
    // the key names a column, whose type the compiler does not know
    const a = (left as Row)[name]
    const b = (right as Row)[name]
    return typeof a === typeof b && (typeof a === 'number' || typeof a === 'string') ? a === b : undefined
  }
}
