import { actionsToCheck } from '../authorizer/actionNames.js'
import type { Authorizer } from '../authorizer/authorizer.js'
import type { PolicySource } from '../authorizer/loading.js'
import type { Kind } from '../authorizer/plans.js'
import { builtinClasses } from '../values/builtin.js'
import type { Differences } from './differences.js'

/** An action on a model, and whether the policies can differ for it. */
export interface ComparedAction {
  readonly action: string
  readonly model: string
  /** Whether both policies provably give the same answer, for every actor and every row. */
  readonly same: boolean
}

/** Returns authorizers with the two policies. @throws PolicyError if one of them is invalid. */
export function loadBoth(
  authorizer: Authorizer,
  before: string | readonly PolicySource[],
  after: string | readonly PolicySource[],
): readonly [old: Authorizer, next: Authorizer] {
  const load = (policy: string | readonly PolicySource[]): Authorizer =>
    typeof policy === 'string' ? authorizer.withPolicy(policy) : authorizer.withPolicy(...policy)
  return [load(before), load(after)]
}

/** Returns every action on a model that either policy knows. */
export function comparedActions(
  old: Authorizer,
  next: Authorizer,
  differences: Differences,
): readonly ComparedAction[] {
  const { schema, readAction } = old
  const models = [...schema.models.keys()].filter((name) => !builtinClasses.has(name))
  // A rule can name an actor's class anywhere in its body, so that any class can be an actor's.
  const kinds: readonly Kind[] = ['nil', ...models.map((model) => ({ model }))]
  return models.flatMap((model): ComparedAction[] => {
    const ancestors = schema.ancestors(model)
    const names = new Set([...[old, next].flatMap((one) => [...actionsToCheck(one.policy!, ancestors, readAction)])])
    // A row of a subclass is a row of the model.
    const classes = schema.descendants(model)
    return [...names].map((action) => ({
      action,
      model,
      same: classes.every((one) => kinds.every((actor) => !differences.between(actor, action, { model: one }))),
    }))
  })
}
