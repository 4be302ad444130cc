import type { Condition, Definition } from '../../condition/condition.js'
import { TRUE } from '../../condition/construct.js'
import { Deriver } from '../../condition/derive/derive.js'
import { mapParts, partsIn } from '../../condition/visit.js'
import { UnsupportedFilterError } from '../../errors.js'
import { definite } from '../../filter/definite/definite.js'
import type { Diagnostic } from '../../language/diagnostic.js'
import type { Span } from '../../language/source.js'
import type { Policy } from '../../policy/policy.js'
import type { Schema } from '../../schema/schema.js'
import { actionsToCheck, actorsOf } from '../actions/actionNames.js'
import { planFilter } from '../plans/plans.js'
import { WithoutActor } from './withoutActor.js'

/** A filter that can be refused, as a warning. */
export interface RefusableFilter extends Diagnostic {
  /** The class of the actor. */
  readonly actor: string
  readonly action: string
  readonly model: string
  /** The reason, as one sentence. */
  readonly reason: string
  readonly span: Span
}

/** A finding of `Authorizer.check`: a warning of the policy, or a filter that can be refused. */
export type Finding = Diagnostic & Partial<Pick<RefusableFilter, 'actor' | 'action' | 'model' | 'reason'>>

/**
 * Returns every part of the policy that no filter can represent, for every actor class, action and
 * model. Actor classes are those with an actor block, and those that an `allow` rule names. If
 * there are none, every model is one.
 */
export function refusable(policy: Policy, schema: Schema, readAction: string): readonly RefusableFilter[] {
  const found: RefusableFilter[] = []
  const deriver = new Deriver(policy, schema)
  const named = [...actorsOf(policy)].filter((name) => schema.models.has(name))
  const models = [...schema.models.values()].filter(
    (model) => policy.blocks.get(model.name)?.keyword === 'resource' || model.fields.size > 0,
  )
  for (const actor of named.length > 0 ? named : models.map(({ name }) => name)) {
    for (const { name: model } of models) {
      for (const action of actionsToCheck(policy, schema.ancestors(model), readAction)) {
        const condition = planFilter(policy, schema, { model: actor }, { action }, model, deriver)
        const asked = new WithoutActor(schema).condition(condition)
        for (const { reason, span } of obstacles(schema, asked, new Set()))
          found.push({
            code: 'unsupported-filter',
            severity: 'warning',
            message: `The list of ${model} rows that ${actor} may "${action}" can be refused: ${reason}`,
            ...{ actor, action, model, reason, span },
          })
      }
    }
  }
  return found
}

interface Obstacle {
  readonly reason: string
  readonly span: Span
}

/** Examines every part on its own, so that each reports its own obstacle. */
function obstacles(schema: Schema, condition: Condition, seen: Set<Definition>): readonly Obstacle[] {
  switch (condition.kind) {
    case 'opaque':
      return [{ reason: condition.reason.message, span: condition.span }]
    case 'ref': {
      const { definition } = condition
      if (seen.has(definition)) return []
      seen.add(definition)
      const recursion = definition.recursive ? refusal(schema, condition, 'recursion') : []
      return [...recursion, ...obstacles(schema, definition.condition, seen)]
    }
    default:
      return [
        ...refusal(
          schema,
          mapParts(condition, () => TRUE),
        ),
        ...partsIn(condition).flatMap((one) => obstacles(schema, one, seen)),
      ]
  }
}

/** @param why - The one reason that counts. Default: any. */
function refusal(schema: Schema, condition: Condition, why?: string): readonly Obstacle[] {
  try {
    definite(condition, schema)
    return []
  } catch (error) {
    if (!(error instanceof UnsupportedFilterError)) throw error
    if (why !== undefined && error.data?.['reason'] !== why) return []
    return [{ reason: error.summary, span: error.span! }]
  }
}
