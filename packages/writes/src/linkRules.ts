import type { Authorizer, Load } from '@arcturus/core/internal/writes'
import { hasLinkRules, QuestionRelations } from '@arcturus/core/internal/writes'
import { engineFor } from './engineFor.js'

/** A question to the rules `allow_link(actor, row, relation, other)`. */
export interface LinkQuestion {
  readonly actor: unknown
  /** The row with the relation. */
  readonly row: object
  readonly relation: string
  /** The row that is linked to it, or no longer is. */
  readonly other: object
}

/** Returns whether rules of `allow_link` can allow links of a model's relation. */
export function grantsLinks(authorizer: Authorizer, model: string, relation: string): boolean {
  const engine = engineFor(authorizer)
  return hasLinkRules(engine.active.current().policy, engine.schema.ancestors(model), relation)
}

/**
 * Returns whether the rules of `allow_link` allow a link.
 * @param load - Loads the relations that the rules read, for example within a transaction.
 * @throws QueryError if a rule reads something that the rows do not have and nothing loads
 */
export async function allowsLink(
  authorizer: Authorizer,
  { actor, row, relation, other }: LinkQuestion,
  load: Load,
): Promise<boolean> {
  const { active, decider, schema, hosts, limits } = engineFor(authorizer)
  const relations = new QuestionRelations(schema, { load, known: (one) => one })
  const args = [actor, row, relation, other]
  const { program } = active.current()
  return await decider.run(() => program.holds('allow_link', args, limits, { host: hosts.waiting(relations) }))
}
