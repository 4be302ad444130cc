import type { Condition, Definition, Operand } from '../condition.js'
import { partsIn } from '../construct.js'

/**
 * Finds definitions that depend on themselves whatever the data are: a chain of calls leads from one back to it, and no call on
 * the way reads data for its arguments, as in `banned(u) if banned(u);`. Their failure decides no negation, so only the machine
 * can answer one.
 */
export class StandingRecursion {
  /** Definitions that are known to lead to none. */
  readonly #harmless = new Set<Definition>()

  /** Whether a condition refers to such a definition, also by way of others. */
  isIn(condition: Condition): boolean {
    const reached = new Set<Definition>()
    this.#collect(condition, reached)
    const found = [...reached].some((definition) => definition.recursive && returns(definition))
    // What is still being derived is not all there yet; it can't be asked for under a negation.
    if (!found) for (const definition of reached) this.#harmless.add(definition)
    return found
  }

  #collect(condition: Condition, reached: Set<Definition>): void {
    for (const { definition } of refsIn(condition)) {
      if (reached.has(definition) || this.#harmless.has(definition)) continue
      reached.add(definition)
      this.#collect(definition.condition, reached)
    }
  }
}

/** Whether calls that pass on nothing but parameters lead from a definition back to it. */
function returns(start: Definition): boolean {
  const seen = new Set<Definition>()
  const open: Definition[] = [start]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const { definition, args } of refsIn(at.condition)) {
      if (!args.every(isPassedOn)) continue
      if (definition === start) return true
      if (!seen.has(definition)) open.push(definition)
      seen.add(definition)
    }
  }
  return false
}

function isPassedOn(operand: Operand): boolean {
  return operand.kind === 'path' && operand.root.kind === 'parameter' && operand.steps.length === 0
}

function* refsIn(condition: Condition): Generator<Extract<Condition, { kind: 'ref' }>> {
  if (condition.kind === 'ref') yield condition
  for (const part of partsIn(condition)) yield* refsIn(part)
}
