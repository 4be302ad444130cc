import type { Definite, DefiniteReach, Hop, Path, ReachStep, Variable } from '../../condition/condition.js'
import { type Replacement, substituteOperand } from '../../condition/substitute.js'
import { mapOperands } from '../../condition/visit.js'
import type { Schema } from '../../schema/schema.js'
import { mapDefinite } from './complement.js'

/** Returns the replacement of a `reach`; undefined keeps it. */
export type ReachReplacement = (reach: DefiniteReach) => Definite | undefined

/**
 * Replaces every `reach` in a condition, from the innermost on.
 * @param count - Is called for each part of the condition.
 */
export function replaceReaches(
  schema: Schema,
  condition: Definite,
  replace: ReachReplacement,
  count?: () => void,
): Definite {
  return rewrite(schema, condition, undefined, replace, count)
}

/**
 * Replaces roots by paths. The condition's own variables are renewed: another copy of it can be
 * nested within it, or within its context, and must not share them.
 * @param count - Is called for each part of the condition.
 */
export function replaceRoots(schema: Schema, condition: Definite, replace: Replacement, count?: () => void): Definite {
  return rewrite(schema, condition, replace, () => undefined, count)
}

/** Replaces the root of a path by a path. */
export function replaceRoot(path: Path, replace: Replacement): Path {
  // Sound: a row is replaced by a row.
  return substituteOperand(path, replace) as Path
}

function rewrite(
  schema: Schema,
  condition: Definite,
  replace: Replacement | undefined,
  reach: ReachReplacement,
  count: (() => void) | undefined,
): Definite {
  count?.()
  const inner = (one: Definite, by: Replacement | undefined = replace): Definite =>
    rewrite(schema, one, by, reach, count)
  const own = replace ? mapOperands(condition, (one) => substituteOperand(one, replace)) : condition
  if (own.kind !== 'some' && own.kind !== 'reach') return mapDefinite(schema, own, (one) => inner(one))
  const [each, within] = replace ? renew(own.each, replace) : [own.each, undefined]
  const where = inner(own.where, within)
  if (own.kind !== 'reach') return where.kind === 'false' ? where : { ...own, each, where }
  const steps = own.steps.map((step) => {
    const [moved, there] = within ? renewStep(step, within) : [step, undefined]
    return { ...moved, where: inner(step.where, there) }
  })
  const rewritten = { ...own, each, where, steps }
  return reach(rewritten) ?? rewritten
}

/** Returns a new variable for one that a condition declares, and the replacement extended by it. */
function renew(variable: Variable, replace: Replacement): readonly [Variable, Replacement] {
  const own: Variable = { ...variable }
  const row: Path = { kind: 'path', root: own, steps: [] }
  return [own, (root) => (root === variable ? row : replace(root))]
}

function renewStep(step: ReachStep, replace: Replacement): readonly [ReachStep, Replacement] {
  let known = replace
  const through = step.through.map(({ each, from }): Hop => {
    const moved = replaceRoot(from, known)
    const [own, within] = renew(each, known)
    known = within
    return { each: own, from: moved }
  })
  const [next, there] = renew(step.next, known)
  return [{ ...step, next, through, from: replaceRoot(step.from, known) }, there]
}
