import { assertActor, assertKnown, assertResource } from '../arguments.js'
import type { Engine } from './engine.js'
import { enumerate } from './enumerate.js'
import { allInOrder } from './eventual.js'
import type { Question } from './question.js'

/** Lists the actions that actors may perform on resources. */
export class AllowedActions {
  constructor(private readonly engine: Engine) {}

  /** Returns the allowed actions. @throws as `Authorizer.authorizedActions`. */
  async of(actor: unknown, resource: unknown): Promise<Set<string>> {
    const [known] = this.#known(actor, [resource])
    return known ?? this.#enumerate(actor, resource, this.engine.question())
  }

  /** Returns the allowed actions for each resource. All resources are one question. */
  async ofMany(actor: unknown, resources: readonly unknown[]): Promise<Set<string>[]> {
    const known = this.#known(actor, resources)
    if (known.every((actions) => actions !== undefined)) return known
    const question = this.engine.question()
    return allInOrder(known.map((actions, at) => actions ?? this.#enumerate(actor, resources[at], question)))
  }

  /** Returns the actions by predicates alone, or undefined where the machine has to decide. */
  #known(actor: unknown, resources: readonly unknown[]): (Set<string> | undefined)[] {
    const { schema, decider, listeners } = this.engine
    const known = listeners.active
      ? resources.map((resource) => this.#told(actor, resource))
      : decider.actions(actor, resources)
    for (let at = 0; at < known.length; at++) {
      // Predicates decide about known classes alone.
      if (known[at]) continue
      assertActor(actor)
      assertResource(resources[at])
      assertKnown(schema, actor, 'actor')
      assertKnown(schema, resources[at], 'resource')
    }
    return known
  }

  /** Returns the actions by predicates alone, as a decision. */
  #told(actor: unknown, resource: unknown): Set<string> | undefined {
    const { decider, listeners } = this.engine
    const decision = listeners.begin('actions', actor, undefined, resource)
    const [actions] = decision.attempt(() => decider.actions(actor, [resource]))
    if (actions) decision.made(actions.size > 0, { granted: actions })
    return actions
  }

  /** Returns the actions by the machine. */
  async #enumerate(actor: unknown, resource: unknown, question: Question): Promise<Set<string>> {
    const { schema, limits, listeners } = this.engine
    const candidates = question.policy.actions.candidates(schema.modelOf(resource)?.name)
    const args = (action: unknown): unknown[] => [actor, action, resource]
    const decision = listeners.begin('actions', actor, undefined, resource, true, question.policy, question.arrived)
    const actions = await decision.attempt(() => enumerate(question, 'allow', args, candidates, limits))
    decision.made(actions.size > 0, { granted: actions })
    return actions
  }
}
