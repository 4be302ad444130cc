import type { Condition, Definition, Operand } from '../condition.js'
import { partsIn } from '../visit.js'

/**
 * Detects definitions that recurse for all data, as in `banned(u) if banned(u);`. A chain of calls
 * leads from the definition back to it, and none of the calls reads data for its arguments.
 *
 * The failure of such a definition decides no negation, so only the machine can evaluate it.
 */
export class StandingRecursion {
  /** Definitions that lead to no such definition. */
  readonly #harmless = new Set<Definition>()

  /** Returns whether a condition refers to such a definition, directly or through others. */
  isIn(condition: Condition): boolean {
    const reached = new Set<Definition>()
    this.#collect(condition, reached)
    const found = [...reached].some((definition) => definition.recursive && returns(definition))
    // Definitions that are being derived are incomplete, but a negation can't refer to them.
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

/** Returns whether calls whose arguments are all parameters lead from a definition back to it. */
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
