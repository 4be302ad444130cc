import { areSameRow, type Meaning, type RowEquality } from '../condition/meaning.js'
import type { Expression } from '../language/ast.js'
import { type Host, HostError, type Limits, type Program, queryError, solve } from '../machine/index.js'
import type { Class } from '../schema/model.js'
import type { Schema } from '../schema/schema.js'
import { builtinClasses } from '../values/builtin.js'
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
  const known = new Map<unknown, RowEquality | null>()
  const rowEquality = (cls: unknown): RowEquality | undefined => {
    let found = known.get(cls)
    if (found === undefined) {
      found = rowEqualityOf(schema, cls, hasEquality) ?? null
      known.set(cls, found)
    }
    return found ?? undefined
  }
  return {
    schema,
    rowEquality,
    equal(left, right) {
      if (typeof left === 'object' && typeof right === 'object' && left !== null && right !== null) {
        // Two rows of one class are what is compared most.
        const rows = left.constructor === right.constructor ? rowEquality(left.constructor) : undefined
        const same = rows && areSameRow(rows, left, right)
        if (same !== undefined) return same
      }
      if (!isSettled(left) || !isSettled(right)) return undefined
      try {
        return now(unifiable(left, right, equality))
      } catch (error) {
        throw typed(error)
      }
    },
    compare(operator, left, right) {
      if (operator !== '==' && operator !== '!=') return compareOrder(operator, left, right)
      try {
        const equal = now(compareEqual(left, right, equality))
        return equal === undefined ? undefined : equal === (operator === '==')
      } catch (error) {
        throw typed(error)
      }
    },
    isInstance(value, model, exact) {
      if (exact) return schema.modelOf(value)?.name === model
      const known = host.classOf(value)
      if (known !== undefined) return host.isSubclass(known, model)
      try {
        return now(host.isa(value, model))
      } catch (error) {
        throw typed(error)
      }
    },
    ask(goal: Expression, bindings, all = false) {
      const query = solve(program, goal, { bindings, limits })
      try {
        const holds = query.nextSync() !== undefined
        for (let more = all && holds; more; ) more = query.nextSync() !== undefined
        return holds
      } finally {
        query.close()
      }
    },
  }
}

function now(answer: boolean | undefined | PromiseLike<boolean>): boolean | undefined {
  return typeof answer === 'boolean' ? answer : undefined
}

/** What the host throws is for queries, which know the place. */
function typed(error: unknown): unknown {
  return error instanceof HostError ? queryError(error) : error
}

function isSettled(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined
  return typeof (value as { then?: unknown }).then !== 'function'
}

function rowEqualityOf(schema: Schema, cls: unknown, hasEquality: boolean): RowEquality | undefined {
  const model = schema.modelOfClass(cls)
  if (!model?.class || isValueClass(model.class)) return undefined
  const key = schema.key(model.name) ?? []
  if (key.length === 0) return hasEquality ? undefined : { column: undefined }
  return key.length === 1 ? { column: key[0] } : undefined
}

/** Classes whose instances are values: equal by what they hold. */
function isValueClass(cls: Class): boolean {
  const { prototype } = cls
  return (
    cls === Date ||
    cls === Array ||
    cls === Dict ||
    prototype instanceof Date ||
    isNumeric(prototype) ||
    builtinClasses.has(cls.name)
  )
}
