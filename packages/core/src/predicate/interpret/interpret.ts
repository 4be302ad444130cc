import type { Condition } from '../../condition/condition.js'
import { needsBudget } from '../../condition/cost.js'
import { Assumptions } from '../../condition/rewrite/assume.js'
import { forCheck } from '../../condition/rewrite/passes.js'
import { bailForSteps } from '../budget.js'
import { buildGraph } from '../graph/build.js'
import { typesOfHost } from '../hostReads.js'
import type { Meaning } from '../meaning.js'
import { budgetFor, type Predicate } from '../predicate.js'
import { Linker } from './linker.js'
import { OwnMeter } from './operands.js'
import { run } from './run.js'

/** Compiles a condition to a graph that is interpreted. */
export function compileClosures(condition: Condition, meaning: Meaning): Predicate {
  const begin = budgetFor(condition, meaning)
  const counts = needsBudget(condition)
  const own = new OwnMeter(meaning.limits, bailForSteps)
  const linker = new Linker(meaning, counts ? undefined : own)
  const assumptions = new Assumptions(typesOfHost(meaning.schema.constants))
  const start = linker.link(buildGraph(meaning.schema, forCheck(meaning.schema, condition, assumptions)))
  const { layout } = linker.operands
  const usesOwn = own.isUsed
  if (!counts) {
    return (actor, action, resource) => {
      if (usesOwn) own.reset()
      return run(start, layout.frame(actor, resource, action, undefined))
    }
  }
  return (actor, action, resource) => {
    const budget = begin()
    try {
      return run(start, layout.frame(actor, resource, action, budget))
    } finally {
      budget.finish()
    }
  }
}
