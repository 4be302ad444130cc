import { bailOut } from '../condition/bail.js'
import type { Arrive } from '../condition/predicate.js'
import { type Host, Turns } from '../machine/index.js'
import type { Schema } from '../schema/schema.js'
import { type Hosts, unloadedRelationOf } from './hosts.js'
import type { LoadedPolicy } from './loading.js'
import type { LoadRelation } from './relations.js'

/**
 * One question that can wait, or several that are one: what the first loads, the others know. All of it is answered by the
 * policy that was in force when it was asked, also where another one is loaded meanwhile.
 */
export class Question {
  readonly policy: LoadedPolicy
  readonly #schema: Schema
  readonly #hosts: Hosts
  readonly #load: LoadRelation | undefined
  #host: Host | undefined
  readonly #turns: Turns = new Turns()

  /** @param load - Gets relations that are not loaded; undefined where nobody can. */
  constructor(policy: LoadedPolicy, schema: Schema, hosts: Hosts, load: LoadRelation | undefined) {
    this.policy = policy
    this.#schema = schema
    this.#hosts = hosts
    this.#load = load
  }

  /** The application, as the machine sees it. */
  get host(): Host {
    this.#host ??= this.#load ? this.#hosts.loading(this.#load) : this.#hosts.now
    return this.#host
  }

  /** What predicates that wait read. */
  readonly arrive: Arrive = (value, object, name) => {
    const turn = this.#turns.due()
    if (turn) return turn.then(() => this.#arriving(value, object, name))
    return this.#arriving(value, object, name)
  }

  #arriving(value: unknown, object: unknown, name: string): unknown {
    if (value !== undefined) return value
    const wanted = this.#load && unloadedRelationOf(this.#schema, object, name)
    return (wanted && this.#load!(wanted)) ?? bailOut()
  }
}
