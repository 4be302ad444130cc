import type { Condition } from '../condition/condition.js'
import { bail } from '../predicate/bail.js'
import type { Meaning } from '../predicate/meaning.js'
import { budgetFor, type Predicate } from '../predicate/predicate.js'
import type { Decision } from '../values/semantics.js'
import { isStackOverflow } from '../values/stackOverflow.js'
import { evaluate } from './evaluate.js'
import { linked } from './link.js'

/** Returns a condition as a predicate that is evaluated step by step, without generated code. */
export function linkPredicate(condition: Condition, meaning: Meaning): Predicate {
  const begin = budgetFor(condition, meaning)
  const step = linked(condition, meaning)
  const { layout } = step.scope
  return (actor, action, resource) => {
    const budget = begin()
    try {
      // Sound: a check knows all values.
      return evaluate(step, layout.frame(actor, resource, action, budget), undefined) as Decision
    } catch (error) {
      // The machine needs no stack.
      throw isStackOverflow(error) ? bail : error
    } finally {
      budget.finish()
    }
  }
}
