import type { BackEnd } from '../../predicate/predicate.js'
import { isStackOverflow } from '../../values/stackOverflow.js'
import { forMachine, type Predicates } from './checkPlans.js'
import { deriverOf } from './derivers.js'
import { isForMachine, kindOf, planCheck } from './plans.js'

/** Returns the plans with predicates of a back end. */
export function predicatesBy(backEnd: BackEnd): Predicates {
  return {
    backEnd,
    plan(context, actor, action, resource) {
      const { policy, meaning } = context
      const { schema } = meaning
      const [by, on] = [kindOf(schema, actor)!, kindOf(schema, resource)!]
      try {
        const condition = planCheck(policy, schema, by, action, on, deriverOf(context))
        const predicate = isForMachine(condition) ? undefined : backEnd.compile(condition, meaning)
        return { condition, predicate, waiting: undefined }
      } catch (error) {
        if (!isStackOverflow(error)) throw error
        return forMachine
      }
    },
  }
}
