import { linkPredicate } from '../../evaluate/check.js'
import { own } from '../../own.js'
import type { BackEnd, Predicate } from '../../predicate/predicate.js'
import { sourceCompiler } from '../../predicate/write/program.js'
import { isStackOverflow } from '../../values/stackOverflow.js'
import { forMachine, type Predicates } from './checkPlans.js'
import { deriverOf } from './derivers.js'
import { isForMachine, kindOf, planCheck } from './plans.js'

/**
 * Returns the part that makes predicates for an evaluator.
 * @param isChosen - Whether the application has chosen it; otherwise it need not generate code for the first few checks.
 */
export function predicatesOf(evaluator: 'source' | 'closures', isChosen: boolean): Predicates {
  if (evaluator === 'closures') return predicatesBy({ compile: linkPredicate })
  const compiler = sourceCompiler(linkPredicate)
  return predicatesBy(isChosen ? compiler : { ...compiler, compileFirst: linkPredicate })
}

/** Returns the plans with predicates of a back end. */
function predicatesBy(backEnd: BackEnd): Predicates {
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
