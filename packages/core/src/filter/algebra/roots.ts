import type { Definite, DefiniteReach, Hop, Operand, Path, ReachStep, Variable } from '../../condition/condition.js'
import { type Replacement, substituteOperand } from '../../condition/substitute.js'
import { mapOperands } from '../../condition/visit.js'
import type { Schema } from '../../schema/schema.js'
import { complement } from './complement.js'
import { all, any } from './logic.js'

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
  const operand = (one: Operand): Operand => (replace ? substituteOperand(one, replace) : one)
  switch (condition.kind) {
    case 'and':
      return all(condition.of.map((one) => inner(one)))
    case 'or':
      return any(condition.of.map((one) => inner(one)))
    case 'not':
      return complement(schema, inner(condition.of))
    case 'some': {
      const [each, within] = replace ? renew(condition.each, replace) : [condition.each, undefined]
      const where = inner(condition.where, within)
      return where.kind === 'false' ? where : { ...condition, each, from: operand(condition.from), where }
    }
    case 'reach': {
      const [each, within] = replace ? renew(condition.each, replace) : [condition.each, undefined]
      const start = replace ? replaceRoot(condition.start, replace) : condition.start
      const where = inner(condition.where, within)
      const steps = condition.steps.map((step) => {
        const [moved, there] = within ? renewStep(step, within) : [step, undefined]
        return { ...moved, where: inner(step.where, there) }
      })
      const rewritten = { ...condition, each, start, where, steps }
      return reach(rewritten) ?? rewritten
    }
    default:
      return replace ? mapOperands(condition, operand) : condition
  }
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
