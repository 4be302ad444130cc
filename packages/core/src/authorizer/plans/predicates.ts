import { own } from '../../own.js'
import type { BackEnd, Predicate } from '../../predicate/predicate.js'
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
        if (isForMachine(condition)) return { ...forMachine, condition }
        const { compile, compileFirst } = own(backEnd)
        if (!compileFirst) return { ...forMachine, condition, predicate: compile(condition, meaning) }
        const later = (): Predicate => compile(condition, meaning)
        return { ...forMachine, condition, predicate: compileFirst(condition, meaning), later }
      } catch (error) {
        if (!isStackOverflow(error)) throw error
        return forMachine
      }
    },
  }
}
