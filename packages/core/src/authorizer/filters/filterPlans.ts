import type { Condition } from '../../condition/condition.js'
import { Deriver } from '../../condition/derive/derive.js'
import { descending } from '../../condition/stack.js'
import { ArgumentError } from '../../errors.js'
import { entryOf } from '../../values/entryOf.js'
import { type ActionKey, otherAction, type PlanContext } from '../plans/checkPlans.js'
import { deriverOf } from '../plans/derivers.js'
import { type ActionKind, type Kind, kindOf, planActors, planChange, planFilter } from '../plans/plans.js'

/** Conditions by the model of the bound row, the action, and the model of the filtered rows. */
type FilterConditions = Map<string | typeof unknownModel | undefined, Map<ActionKey, Map<string, Condition>>>
const unknownModel: unique symbol = Symbol('unknown model')

const known = new WeakMap<PlanContext, FilterPlans>()

/** Returns the conditions of the filters of a policy. */
export function filterPlansOf(context: PlanContext): FilterPlans {
  return entryOf(known, context, () => new FilterPlans(context))
}

/** The conditions of the filters of one policy, made on first use. */
class FilterPlans {
  /** The conditions of filters by the actor's model, the action and the rows' model. */
  readonly #filters: FilterConditions = new Map()
  /** The conditions of actor filters by the resource's model, the action and the actors' model. */
  readonly #actorFilters: FilterConditions = new Map()
  /** The conditions of changes by the actor's model and the row's model. */
  readonly #changes: FilterConditions = new Map()

  constructor(private readonly context: PlanContext) {}

  /** Returns the condition of a filter. @throws ArgumentError for an action that nothing names. */
  filter(actor: unknown, action: string, model: string): Condition {
    const { policy, actions, meaning } = this.context
    actions.assertNamedFor(action, model)
    const kind = this.#kindOf(actor) ?? unknownKind(actor)
    return this.#ofKinds(this.#filters, kind, action, model, (asked) =>
      planFilter(policy, meaning.schema, kind, asked, model, deriverOf(this.context)),
    )
  }

  /**
   * Returns the condition on the actors of a model; its roots are swapped, as `planActors` says.
   * @throws ArgumentError for an action that nothing names.
   */
  actors(action: string, resource: unknown, model: string): Condition {
    const { actions, meaning } = this.context
    actions.assertNamedFor(action, meaning.schema.modelOf(resource)?.name)
    // A class represents a row that does not exist yet.
    const kind = this.#kindOf(resource) ?? { model: undefined }
    return this.#ofKinds(this.#actorFilters, kind, action, model, (asked) =>
      planActors(meaning.schema, model, asked, kind, deriverOf(this.context)),
    )
  }

  #ofKinds(
    known: FilterConditions,
    kind: Kind,
    action: string,
    model: string,
    plan: (asked: ActionKind) => Condition,
  ): Condition {
    const isNamed = this.context.actions.knows(action)
    const key = isNamed ? action : otherAction
    return this.#ofModel(known, kind, key, model, () => plan(isNamed ? { action } : 'other'))
  }

  #ofModel(known: FilterConditions, kind: Kind, action: ActionKey, model: string, plan: () => Condition): Condition {
    const ofKind = entryOf(known, kind === 'nil' ? undefined : (kind.model ?? unknownModel), () => new Map())
    return entryOf(
      entryOf(ofKind, action, () => new Map()),
      model,
      () => descending(plan),
    )
  }

  /** Returns the condition under which the actor may perform an action on a field of a model's rows. */
  fieldFilter(actor: unknown, action: string, model: string, field: string): Condition {
    const kind = this.#kindOf(actor) ?? unknownKind(actor)
    const { policy, meaning } = this.context
    const { schema } = meaning
    // The deriver is new, since it keeps what it derives, and names of fields come from requests.
    const deriver = new Deriver(policy, schema)
    return descending(() => planFilter(policy, schema, kind, { action }, model, deriver, field))
  }

  /** Returns the condition of `allow_update` on the row after a change of a model's row. */
  change(actor: unknown, model: string): Condition {
    const kind = this.#kindOf(actor) ?? unknownKind(actor)
    const { schema } = this.context.meaning
    const plan = (): Condition => planChange(schema, kind, model, deriverOf(this.context))
    return this.#ofModel(this.#changes, kind, 'update', model, plan)
  }

  #kindOf(value: unknown): Kind | undefined {
    return kindOf(this.context.meaning.schema, value)
  }
}

function unknownKind(actor: unknown): never {
  throw new ArgumentError('unknown-row', 'A filter needs an actor of a known class.', {
    hint: "register its class, or name the model of a plain object: authorizer.as('User', user)",
    data: { value: actor },
  })
}
