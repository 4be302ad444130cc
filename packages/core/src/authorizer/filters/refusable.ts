import type { Condition, Definition, Ref } from '../../condition/condition.js'
import { TRUE } from '../../condition/construct.js'
import { Deriver } from '../../condition/derive/derive.js'
import { mapParts, partsIn } from '../../condition/visit.js'
import { UnsupportedFilterError } from '../../errors.js'
import { definite } from '../../filter/definite/definite.js'
import type { Diagnostic } from '../../language/diagnostic.js'
import type { Source, Span } from '../../language/source.js'
import type { Policy } from '../../policy/policy.js'
import type { Schema } from '../../schema/schema.js'
import { entryOf } from '../../values/entryOf.js'
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
  const withoutActor = new WithoutActor(schema)
  const obstacles = new Obstacles(schema)
  const named = [...actorsOf(policy)].filter((name) => schema.models.has(name))
  const models = [...schema.models.values()].filter(
    (model) => policy.blocks.get(model.name)?.keyword === 'resource' || model.fields.size > 0,
  )
  for (const actor of named.length > 0 ? named : models.map(({ name }) => name)) {
    for (const { name: model } of models) {
      for (const action of actionsToCheck(policy, schema.ancestors(model), readAction)) {
        const condition = planFilter(policy, schema, { model: actor }, { action }, model, deriver)
        for (const { reason, span } of obstacles.in(withoutActor.condition(condition)))
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

/** Examines every part on its own, so that each reports its own obstacle. A definition is examined once. */
class Obstacles {
  /** The obstacles of definitions, and their references to others, in their order. */
  readonly #known = new Map<Definition, readonly (Obstacle | Ref)[]>()

  constructor(private readonly schema: Schema) {}

  /** Returns the obstacles in a condition: one for each reason and place. */
  in(condition: Condition): readonly Obstacle[] {
    const places = new Map<Source, Set<string>>()
    return this.#within(this.#examined(condition), new Set()).filter(({ reason, span: { source, start, end } }) => {
      const ofSource = entryOf(places, source, () => new Set<string>())
      const isNew = !ofSource.has(`${start} ${end} ${reason}`)
      return ofSource.add(`${start} ${end} ${reason}`) && isNew
    })
  }

  #within(found: readonly (Obstacle | Ref)[], seen: Set<Definition>): readonly Obstacle[] {
    return found.flatMap((one) => {
      if ('reason' in one) return one
      const { definition } = one
      if (seen.has(definition)) return []
      seen.add(definition)
      const recursion = () => (definition.recursive ? refusal(this.schema, one, 'recursion') : [])
      const own = entryOf(this.#known, definition, () => [...recursion(), ...this.#examined(definition.condition)])
      return this.#within(own, seen)
    })
  }

  #examined(condition: Condition): readonly (Obstacle | Ref)[] {
    if (condition.kind === 'opaque') return [{ reason: condition.reason.message, span: condition.span }]
    if (condition.kind === 'ref') return [condition]
    const own = refusal(
      this.schema,
      mapParts(condition, () => TRUE),
    )
    return [...own, ...partsIn(condition).flatMap((one) => this.#examined(one))]
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
