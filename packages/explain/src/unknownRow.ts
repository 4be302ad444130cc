import { type ContextValues, engineOf, operandsIn, tag } from '@arcturus/core/internal/explain'
import { evaluateLoading } from './evaluate.js'
import { imagine, isImagined } from './imagined.js'
import type { Part } from './part.js'

/**
 * Evaluates a check for a row of which nothing is known, and loads the actor's relations.
 * @param authorizer - An authorizer with a loaded policy.
 * @param model - The model of the row.
 * @param context - The context of a decision. Default: that of the authorizer.
 * @returns The condition with the outcome of each part; undefined if it can't be evaluated.
 * @example
 * const part = await evaluateUnknownRow(authorizer, user, 'read', 'Document')
 * part?.outcome // { truth: undefined }: it depends on the document
 */
export async function evaluateUnknownRow(
  authorizer: object,
  actor: unknown,
  action: string,
  model: string,
  context?: ContextValues,
): Promise<Part | undefined> {
  const engine = engineOf(authorizer)
  if (!engine) return undefined
  const resource = imagine({})
  tag(resource, model)
  const asker = context ? engine.with(context) : engine
  const { root } = await evaluateLoading(asker, { actor, action, resource }, { searches: false })
  return root
}

/** Returns whether a leaf compares the unknown row itself, which can be any row. */
export function isOfUnknownRow({ condition, environment }: Part): boolean {
  return operandsIn(condition).some((operand) => {
    if (operand.kind !== 'path' || operand.steps.length > 0) return false
    const value = environment(operand.root)
    return value?.kind === 'value' && isImagined(value.value)
  })
}
