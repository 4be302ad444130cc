import type { Meaning } from '../condition/meaning.js'
import type { Expression } from '../language/ast.js'
import { type Host, type Limits, type Program, solve } from '../machine/index.js'
import type { Schema } from '../schema/schema.js'
import { type Equality, unifiable } from '../values/equality.js'
import { compareEqual, compareOrder } from '../values/order.js'

/** What values mean to the machine's host, for conditions; all that would have to wait is undefined. */
export function hostMeaning(schema: Schema, host: Host, program: Program, limits: Partial<Limits>): Meaning {
  const equality: Equality = (left, right) => {
    const equal = host.equal(left, right)
    return typeof equal === 'boolean' ? equal : Promise.resolve(equal)
  }
  return {
    schema,
    equal(left, right) {
      return now(unifiable(left, right, equality))
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
