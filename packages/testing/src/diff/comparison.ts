import type { Authorizer, Context, PolicySource } from '@arcturus/core'
import { actionsOn, builtinClasses, type ComparedKind, reachableText } from '@arcturus/core/internal/testing'
import { inContext } from '../inContext.js'
import type { Actors } from './actors.js'
import type { Differences } from './differences.js'

/** An action on a model, and whether the policies can differ for it. */
export interface ComparedAction {
  /** An action that a policy names; `any other action` if a rule accepts actions without a name. */
  readonly action: string
  readonly model: string
  /** Whether both policies provably give the same answer, for every actor and every row. */
  readonly same: boolean
}

/**
 * Decisions that are not about rows: `resources` are checks of other resources, such as a class or a
 * string, `fields` are decisions of `allow_field`, `changes` those of `allow_update`, `links` those of
 * `allow_link`, and `requests` those of `allow_request`.
 */
export type Unexamined = (typeof unexaminedKinds)[number]

const unexaminedKinds = ['resources', 'fields', 'changes', 'links', 'requests'] as const

/** The decisions for which two policies can differ. */
export interface Comparison {
  /** Whether the policies provably give the same answers, whatever the data. */
  readonly same: boolean
  /** Whether all checks provably have the same answers. Decisions on fields, changes and requests are no checks. */
  readonly isSameCheck: boolean
  /** Every action on a model that a policy can allow. */
  readonly actions: readonly ComparedAction[]
  /** Decisions that are not about rows, for which the policies can differ. They are not compared. */
  readonly unexamined: readonly Unexamined[]
  /**
   * Returns the models whose rows have to be compared as actors. The policies decide alike for the
   * others, or as they do for an anonymous user.
   */
  actorModels(): readonly string[]
}

/** The options of every comparison. */
export interface ComparisonOptions<Change> {
  /** The actors to compare. `null` is an anonymous user. */
  readonly actors: Actors
  /** The context of all questions. Default: that of the authorizer. */
  readonly context?: Context
  /** Called with each change as soon as it is found. */
  readonly onChange?: (change: Change) => void
  /** Called before each actor, with the number of actors that are done. */
  readonly onProgress?: (done: number) => void
}

/**
 * Returns authorizers with the two policies, for questions in a context.
 * @throws PolicyError if one of them is invalid; ArgumentError for a context that is not declared.
 */
export function loadBoth(
  authorizer: Authorizer,
  before: string | readonly PolicySource[],
  after: string | readonly PolicySource[],
  context: Context | undefined,
): readonly [old: Authorizer, next: Authorizer] {
  const view = inContext(authorizer, context)
  const load = (policy: string | readonly PolicySource[]): Authorizer =>
    typeof policy === 'string' ? view.withPolicy(policy) : view.withPolicy(...policy)
  return [load(before), load(after)]
}

/** Compares the conditions of two policies for every actor, action and resource. */
export function comparison(old: Authorizer, next: Authorizer, differences: Differences): Comparison {
  const { schema, readAction } = old
  const models = [...schema.models.keys()].filter((name) => !builtinClasses.has(name))
  const policies = [old.policy!, next.policy!]
  const actors: readonly ComparedKind[] = ['nil', 'none', ...models.map((model) => ({ model }))]
  const isSame = (action: string, resource: ComparedKind): boolean =>
    actors.every((actor) => !differences.between(actor, action, resource))
  const actions = models.flatMap((model): ComparedAction[] =>
    [...actionsOn(policies, schema, readAction, model)].map((action) => ({
      action,
      model,
      // A row of a subclass is a row of the model.
      same: schema.descendants(model).every((one) => isSame(action, { model: one })),
    })),
  )
  const isSameElsewhere = [...actionsOn(policies, schema, readAction)].every(
    (action) => isSame(action, 'nil') && isSame(action, 'none'),
  )
  const isSameCheck = isSameElsewhere && actions.every(({ same }) => same)
  const isSameFor = (entry: string): boolean => {
    const [was, is] = [old, next].map(({ policy }) =>
      reachableText(policy!, policy!.rules.get(entry) ?? [], isSameCheck ? ['allow'] : []),
    )
    return was === is || [old, next].every(({ policy }) => !policy!.rules.has(entry))
  }
  const isSameOf: Readonly<Record<Unexamined, boolean>> = {
    resources: isSameElsewhere,
    fields: isSameFor('allow_field'),
    changes: isSameFor('allow_update'),
    links: isSameFor('allow_link'),
    requests: isSameFor('allow_request'),
  }
  const unexamined = unexaminedKinds.filter((one) => !isSameOf[one])
  return {
    same: isSameCheck && unexamined.length === 0,
    isSameCheck,
    actions,
    unexamined,
    actorModels: () =>
      models.filter((actor) =>
        actions.some(
          ({ action, model, same }) =>
            !same &&
            differences.between({ model: actor }, action, { model }) &&
            !differences.isAsNobody({ model: actor }, action, { model }),
        ),
      ),
  }
}
