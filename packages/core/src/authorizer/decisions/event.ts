import { ArcturusError, type DecisionExplanation, QueryError } from '../../errors.js'
import type { Code } from '../../language/codes.js'
import type { Diagnostic } from '../../language/diagnostic.js'
import type { ContextValues } from '../../schema/context.js'
import type { Schema } from '../../schema/schema.js'
import type { BuiltFilter, DecisionKind, DenialReason, MadeDecision } from './decision.js'
import { type DecidingRule, explainDecision, rulesOf } from './explainer.js'
import { inJson, type Reference, referenceTo } from './reference.js'

/** The fields of a request that decisions are logged with. */
export interface RequestFields {
  /** The identifier that the framework, or the header `x-request-id`, gives it. */
  readonly id?: string | undefined
  readonly method?: string | undefined
  /** The path, without the query. */
  readonly path?: string | undefined
}

/**
 * The entry by which a decision was asked for: `can` and the other checks, `change` (`authorizeChange`,
 * `authorizeCreate`, writes by the client of a user), `filter`, `extent`, `field` (all methods about fields), `actions`, `request`.
 */
export type DecisionEntry = 'can' | 'change' | 'filter' | 'extent' | 'field' | 'actions' | 'request'

const entries: Readonly<Record<DecisionKind, DecisionEntry>> = {
  check: 'can',
  change: 'change',
  filter: 'filter',
  model: 'extent',
  field: 'field',
  actions: 'actions',
  request: 'request',
}

/** What the decisions of a listener share. */
export interface DecisionSettings {
  readonly schema: Schema
  readonly readAction: string
  /** Returns the authorizer that explains the decisions of a context. */
  authorizerFor(context: ContextValues | undefined): object
  /** The columns whose values are not shown. */
  readonly mask: ReadonlySet<string>
  /** What explanations reveal. */
  readonly explanations: object
}

/** The maximum number of rows whose keys a decision has. */
const mostKeys = 20

/** The decisions of a process have different numbers, and processes different prefixes. */
const prefix = /* @__PURE__ */ [Date.now().toString(36), Math.random().toString(36).slice(2, 10)].join('-')
let last = 0

/** A decision, for logs and audits. It contains no rows, only their models and keys. */
export class Decision {
  /** Distinguishes it from other events in a log. */
  readonly kind: 'decision' = 'decision'
  /** The time at which it was made, in milliseconds since 1970. */
  readonly time: number
  /** The time that it took, in milliseconds. For each row of many, its share. */
  readonly duration: number
  readonly entry: DecisionEntry
  /** The actor by its model and key, or null for an anonymous user. */
  readonly actor: Reference | null
  /** Undefined for `actions` and `request`. */
  readonly action: string | undefined
  /**
   * The resource by its model and key. There is no key for the name of a model, and for a class. Undefined for `request`,
   * for a resource that was not found, and for an error that concerns many rows.
   */
  readonly resource: Reference | undefined
  /** For a filter and for enumerations: whether anything at all is allowed. An `error` allows nothing. */
  readonly outcome: 'allowed' | 'denied' | 'error'
  /**
   * Why it is denied, or the code of the error. Undefined for a denial whose entry does not look for the reason: `can` and
   * `isAllowed` of other actions than the one for reading.
   */
  readonly reason: DenialReason | Code | undefined
  /** Of a filter: `all` rows, `none`, or those for which a `condition` is true. */
  readonly extent: BuiltFilter['kind'] | undefined
  /** The number of rows of a write by the client of a user; of a refused one, of those that the actor may read. */
  readonly count: number | undefined
  /** Their keys, if they are at most 20. That of a single row is in `resource`, too. */
  readonly keys: readonly Reference['key'][] | undefined
  /** The fields that it is about. Undefined if it is about no field, or about all. */
  readonly fields: readonly string[] | undefined
  /**
   * The errors in other rules or alternatives that an allowed check met before it was decided (`ignored-error`).
   * Undefined if it met none.
   */
  readonly errors: readonly Diagnostic[] | undefined
  /** The version of the policy that decided: `authorizer.policyVersion` at that time. */
  readonly policyVersion: string | undefined
  /** The request that is being served, if a framework package serves it. */
  readonly request: RequestFields | undefined
  readonly #number: number
  readonly #settings: DecisionSettings
  /** Undefined when the listener's call is over. */
  #made: MadeDecision | undefined

  constructor(settings: DecisionSettings, made: MadeDecision, request: RequestFields | undefined) {
    const { schema, readAction, mask } = settings
    const { kind, actor, resource, details } = made
    this.time = Date.now()
    this.duration = made.duration
    this.entry = entries[kind]
    this.actor = actor === null ? null : referenceTo(schema, actor, mask)
    this.action = made.action
    this.resource = kind === 'request' || resource === undefined ? undefined : referenceTo(schema, resource, mask)
    // Sound: listeners are called when the outcome is known.
    this.outcome = made.outcome!
    this.reason = reasonOf(made, readAction)
    this.extent = details.extent
    const { rows } = details
    this.count = rows?.length
    this.keys = rows && rows.length <= mostKeys ? rows.map((row) => referenceTo(schema, row, mask).key) : undefined
    this.fields = details.fields
    this.errors = made.errors
    this.policyVersion = made.policy?.policyVersion
    this.request = request
    this.#number = ++last
    this.#settings = settings
    this.#made = made
  }

  /** Ends the listener's call: the decision refers to no rows any more. */
  static end(decision: Decision): void {
    decision.#made = undefined
  }

  /** Different for each decision, also of other processes. */
  get id(): string {
    return `${prefix}-${this.#number.toString(36)}`
  }

  /**
   * The rules of one proof of an allowed check, each once: some of those that `explain` marks true. For a list of actions
   * or of fields, of one proof of each that is allowed. Values that a check awaited or loaded are read again from its own
   * record. Of a filter and an extent, the rules of its condition in parts that can be true for a row, without those under
   * `not` and in recursive calls that the actor's data decide. None for a denial or an error.
   *
   * Undefined for a `change`, which is several questions about two rows, for fields of a model without a row, and if only
   * the query machine can tell, for example if a method returned a promise.
   * @throws QueryError `decision-over` if it is read after the listener's call; ArgumentError `not-imported` if
   * `@arcturus/explain` is not imported.
   */
  get rules(): readonly DecidingRule[] | undefined {
    return rulesOf(this.#within('rules'))
  }

  /**
   * Why it is denied. Undefined unless a check, a request or a field of a row is denied. Without reasons if the decision
   * loaded data that is not at hand.
   * @throws As `rules`.
   */
  get explanation(): DecisionExplanation | undefined {
    return explainDecision('explain', ...this.#explained('explanation'))
  }

  /**
   * Returns the explanation with what it needs loaded. Undefined as `explanation`.
   * @throws As `rules`.
   */
  loadExplanation(): Promise<DecisionExplanation> | undefined {
    return explainDecision('load', ...this.#explained('loadExplanation'))
  }

  #explained(name: string): [made: MadeDecision, authorizer: object, options: object] {
    const made = this.#within(name)
    return [made, this.#settings.authorizerFor(made.context), this.#settings.explanations]
  }

  #within(name: string): MadeDecision {
    if (this.#made) return this.#made
    throw new QueryError('decision-over', `\`${name}\` of a decision was read after the call of its listener.`, {
      hint: 'read it in the listener, before any `await`, and keep the result',
    })
  }

  /** Returns the properties that stay readable after the call, for `JSON.stringify`. Keys of the type bigint are texts. */
  toJSON(): DecisionJSON {
    const { id, kind, duration, entry, actor, action, resource, outcome, reason, extent, count, keys, fields } = this
    const { errors } = this
    return {
      kind,
      id,
      time: new Date(this.time).toISOString(),
      duration,
      entry,
      actor: actor && { ...actor, key: inJson(actor.key) },
      action,
      resource: resource && { ...resource, key: inJson(resource.key) },
      outcome,
      reason,
      extent,
      count,
      keys: keys?.map(inJson),
      fields,
      ...(errors && { errors: errors.map(({ message }) => message) }),
      policyVersion: this.policyVersion,
      request: this.request,
    }
  }
}

/** A decision as JSON. Fields that are undefined are omitted by `JSON.stringify`. */
export interface DecisionJSON
  extends Omit<Decision, 'time' | 'errors' | 'rules' | 'explanation' | 'loadExplanation' | 'toJSON'> {
  /** By ISO 8601. */
  readonly time: string
  /** The messages. */
  readonly errors?: readonly string[]
}

function reasonOf({ outcome, details, kind, actor, action, error }: MadeDecision, readAction: string) {
  if (outcome === 'error') return error instanceof ArcturusError ? error.code : 'application-error'
  if (outcome === 'allowed' || details.reason !== undefined) return details.reason
  if (actor === null) return 'nobody'
  return kind === 'check' && action === readAction ? 'hidden' : undefined
}
