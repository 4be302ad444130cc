import { type Host, Turns } from '../machine/index.js'
import { bailOut } from '../predicate/bail.js'
import type { Arrive } from '../predicate/compiler.js'
import type { Schema } from '../schema/schema.js'
import { type Hosts, unloadedRelationOf } from './hosts.js'
import type { LoadedPolicy } from './loading.js'
import type { LoadRelation } from './relations.js'

/**
 * One question that can wait, or several that form one and share the relations that are loaded. All
 * of it is decided by the policy that was active when it began, even if another policy is loaded
 * meanwhile.
 */
export class Question {
  readonly policy: LoadedPolicy
  // No `#`: each check that can wait has one of these, and making private fields takes longer than
  // many decisions.
  private readonly schema: Schema
  private readonly hosts: Hosts
  private readonly load: LoadRelation | undefined
  private known: Host | undefined = undefined
  private turns: Turns | undefined = undefined

  /** @param load - Loads relations that are not loaded. Undefined if there are no loaders. */
  constructor(policy: LoadedPolicy, schema: Schema, hosts: Hosts, load: LoadRelation | undefined) {
    this.policy = policy
    this.schema = schema
    this.hosts = hosts
    this.load = load
  }

  /** The application's host for the machine. */
  get host(): Host {
    this.known ??= this.load ? this.hosts.loading(this.load) : this.hosts.now
    return this.known
  }

  /** Reads values for predicates that wait. */
  readonly arrive: Arrive = (value, object, name) => {
    this.turns ??= new Turns()
    const turn = this.turns.due()
    if (turn) return turn.then(() => this.arriving(value, object, name))
    return value === undefined ? this.arriving(value, object, name) : value
  }

  private arriving(value: unknown, object: unknown, name: string): unknown {
    if (value !== undefined) return value
    const wanted = this.load && unloadedRelationOf(this.schema, object, name)
    return (wanted && this.load!(wanted)) ?? bailOut()
  }
}
