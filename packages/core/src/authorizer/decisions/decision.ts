import type { Condition } from '../../condition/condition.js'
import type { Diagnostic } from '../../language/diagnostic.js'
import { Arrived } from '../../schema/arrived.js'
import type { ContextValues } from '../../schema/context.js'
import { metErrors } from '../../values/metErrors.js'
import type { LoadedPolicy } from '../policies/loadedPolicy.js'
import type { OutlivedErrors } from './outlivedErrors.js'

/**
 * The kind of a decision.
 *
 * - `check`: `can`, `isAllowed`, `authorize`: one actor, one action, one resource.
 * - `change`: `authorizeChange`, `authorizeCreate`: a row before it is written. The resource is the row as it was, or
 *   the name of the model. Also each model and action of a write by the client of a user.
 * - `filter`: a filter was built; `resource` is the name of the model.
 * - `field`: `authorizeField`, `authorizedFields`, `pickAuthorized`, `assertWritable`: which fields
 *   of a resource may be read or written.
 * - `model`: `extent`: whether there can be rows of a model on which the action is allowed. It
 *   decides nothing about any one row.
 * - `actions`: `authorizedActions`: the permitted actions, for example for buttons. It decides
 *   nothing about a response's content.
 * - `request`: `authorizeRequest`: the request-level rules.
 */
export type DecisionKind = 'check' | 'change' | 'filter' | 'field' | 'model' | 'actions' | 'request'

/**
 * The reason of a denial. `nobody`: the actor is anonymous. `missing`: the resource does not
 * exist. `hidden`: the actor may not read it. `forbidden`: the actor may read it, but not perform
 * the action. For logs: clients can't distinguish `missing` from `hidden`.
 */
export type DenialReason = 'nobody' | 'missing' | 'hidden' | 'forbidden'

/** A filter, as far as decisions show it. */
export interface BuiltFilter {
  readonly kind: 'all' | 'none' | 'condition'
  readonly condition: Condition
  /** Binds a condition to the same values. */
  readonly rebound: (condition: Condition) => Condition
}

/** The details of a decision, beside its question and its outcome. */
export interface DecisionDetails {
  /** The fields that a question of `field` was about; undefined if it was about all. */
  readonly fields?: readonly string[] | undefined
  /** The allowed actions, or fields, of a question that lists them. */
  readonly granted?: ReadonlySet<string> | undefined
  readonly reason?: DenialReason | undefined
  /** Whether the denial is thrown to the caller, as by `authorize`. Default false. */
  readonly isThrown?: boolean | undefined
  readonly extent?: BuiltFilter['kind'] | undefined
  /** The filter that was built, and how it treated relations that are not loaded. */
  readonly filter?: BuiltFilter | undefined
  readonly unloaded?: 'error' | 'database' | 'load' | undefined
  /** The rows of a write, with their keys. */
  readonly rows?: readonly object[] | undefined
}

const none: DecisionDetails = {}

/**
 * A decision with its question, as parts of this package see it. It refers to the rows themselves, so a watcher must
 * not keep it. An `error` decided nothing.
 */
export class MadeDecision {
  /** The context of the question; undefined if it has none. */
  readonly context: ContextValues | undefined
  outcome: 'allowed' | 'denied' | 'error' | undefined
  details: DecisionDetails = none
  /** Of an `error`. */
  error: unknown
  /**
   * The places in the policy where a granted check, or the list of actions, met errors. Undefined if it met none before
   * it was decided.
   */
  errors: readonly Diagnostic[] | undefined
  /** Whether it is a part of a decision that is recorded as a whole. */
  isPart = false
  /** In milliseconds. For a row of many, its share. */
  duration = 0
  private readonly begun: number

  constructor(
    // No `#`: each watched check makes one of these.
    private readonly listeners: DecisionListeners,
    readonly kind: DecisionKind,
    readonly actor: unknown,
    /** Undefined if the question enumerates actions (`actions`), and for `request`. */
    readonly action: string | undefined,
    readonly resource: unknown,
    /** The policy that decided. Undefined if none is loaded. */
    public policy: LoadedPolicy | undefined,
    /** Whether the question can wait for promises. */
    readonly waits: boolean,
    /** The values that it waits for. Undefined if it cannot wait, or if nobody records decisions. */
    readonly arrived: Arrived | undefined = waits ? listeners.record() : undefined,
  ) {
    this.context = listeners.context
    this.begun = listeners.now()
  }

  /** Runs the question: an error is its outcome. Returns or throws what `decide` does. */
  attempt<Result>(decide: () => Result): Result {
    try {
      const result = decide()
      if (!(result instanceof Promise)) return result
      // Sound: the promise has the same value.
      return result.catch((error: unknown) => this.failed(error)) as Result
    } catch (error) {
      return this.failed(error)
    }
  }

  /** Tells the watchers of the decision, and returns it. For enumerations: whether anything at all is allowed. */
  made(allowed: boolean, details: DecisionDetails = none): boolean {
    return this.took(this.listeners.now() - this.begun, allowed, details)
  }

  /** As `made`, for a decision whose time was measured. */
  took(duration: number, allowed: boolean, details: DecisionDetails = none): boolean {
    this.outcome = allowed ? 'allowed' : 'denied'
    this.details = details
    this.duration = duration
    this.listeners.tell(this)
    return allowed
  }

  /** Tells the watchers of an error, unless the decision was made before it. @throws the error */
  failed(error: unknown): never {
    if (this.outcome === undefined) {
      this.outcome = 'error'
      this.error = error
      this.duration = this.listeners.now() - this.begun
      this.listeners.tell(this)
    }
    throw error
  }
}

/**
 * Receives each decision right after it is made, in the asynchronous context of the caller, so that
 * `AsyncLocalStorage` ties it to a request. An error that it throws is thrown to the caller of the question.
 */
export type DecisionWatcher = (decision: MadeDecision) => void

/** The number of authorizers whose decisions are recorded: all share one record of errors. */
let recorded = 0

/** What the listeners of an authorizer and of its views share. */
interface Watching {
  /** Replaced as a whole, so that the set of watchers does not change during a call. */
  watchers: readonly DecisionWatcher[]
  readonly records: Set<DecisionWatcher>
}

/** The watchers of the decisions of one authorizer. */
export class DecisionListeners {
  /**
   * @param outlived - The errors that granted checks met.
   * @param policy - Returns the active policy.
   */
  constructor(
    private readonly outlived: Pick<OutlivedErrors, 'of'>,
    private readonly policy: () => LoadedPolicy | undefined,
    /** The context of the questions; undefined if they have none. */
    readonly context?: ContextValues | undefined,
    readonly watching: Watching = { watchers: [], records: new Set() },
  ) {}

  /** Returns the same listeners for questions with a context. */
  with(context: ContextValues): DecisionListeners {
    return new DecisionListeners(this.outlived, this.policy, context, this.watching)
  }

  /** Returns the same listeners for the decisions of another policy. */
  of(policy: () => LoadedPolicy | undefined): DecisionListeners {
    return new DecisionListeners(this.outlived, policy, this.context, this.watching)
  }

  /** Whether there are watchers. Hot paths test it first, so that a check that nobody watches costs one read. */
  get active(): boolean {
    return this.watching.watchers.length > 0
  }

  /**
   * Adds a watcher, and returns a function that removes it.
   * @param records - Whether it reads durations, errors and rules. Default false.
   */
  add(watcher: DecisionWatcher, records = false): () => void {
    // Two additions of one function are two watchers.
    const own: DecisionWatcher = (decision) => watcher(decision)
    if (records) this.#setRecords(() => this.watching.records.add(own))
    this.watching.watchers = [...this.watching.watchers, own]
    return () => {
      this.#setRecords(() => this.watching.records.delete(own))
      this.watching.watchers = this.watching.watchers.filter((one) => one !== own)
    }
  }

  #setRecords(change: () => void): void {
    const before = this.areRecorded
    change()
    recorded += Number(this.areRecorded) - Number(before)
    metErrors.isWatched = recorded > 0
  }

  /** Whether somebody records durations, errors and what was awaited. */
  get areRecorded(): boolean {
    return this.watching.records.size > 0
  }

  /** Returns a new record of awaited values; undefined if nobody records decisions. */
  record(): Arrived | undefined {
    return this.areRecorded ? new Arrived() : undefined
  }

  /** Returns the time in milliseconds, if somebody records durations. */
  now(): number {
    return this.areRecorded ? performance.now() : 0
  }

  /**
   * Begins a decision.
   * @param waits - Whether the question can wait. Default false.
   */
  begin(
    kind: DecisionKind,
    actor: unknown,
    action: string | undefined,
    resource: unknown,
    waits = false,
    policy: LoadedPolicy | undefined = this.policy(),
    arrived?: Arrived,
  ): MadeDecision {
    return new MadeDecision(this, kind, actor, action, resource, policy, waits, arrived)
  }

  /** As `begin`; undefined if there are no watchers. */
  open(...question: Parameters<DecisionListeners['begin']>): MadeDecision | undefined {
    return this.active ? this.begin(...question) : undefined
  }

  /** Calls all watchers. For a decision that was made. */
  tell(decision: MadeDecision): void {
    const { kind, outcome, actor, action, resource, policy } = decision
    const isOfRules = kind === 'check' || kind === 'actions'
    if (isOfRules && outcome === 'allowed') decision.errors = this.outlived.of(actor, action, resource)
    // It may have been compiled anew for classes that were registered since.
    const now = this.policy()
    if (now?.policy === policy?.policy) decision.policy = now
    for (const watcher of this.watching.watchers) watcher(decision)
  }

  /**
   * Decides about many rows: each is a decision, with its share of the time. That about no rows is one without a
   * resource, which nobody records.
   */
  many<Result extends readonly boolean[] | Promise<readonly boolean[]>>(
    actor: unknown,
    action: string,
    rows: readonly unknown[],
    waits: boolean,
    decide: (arrived?: Arrived) => Result,
  ): Result {
    if (!this.active) return decide()
    const all = this.begin('check', actor, action, undefined, waits)
    const begun = this.now()
    const tell = (answers: readonly boolean[]): void => {
      // A response that lists no rows is decided, too.
      if (rows.length === 0) all.made(true)
      const share = (this.now() - begun) / rows.length
      for (const [at, row] of rows.entries())
        this.begin('check', actor, action, row, waits, all.policy, all.arrived).took(share, answers[at]!)
    }
    const answers = all.attempt(() => decide(all.arrived))
    if (answers instanceof Promise) {
      const told = answers.then((known) => {
        tell(known)
        return known
      })
      // Sound: the promise has the same value.
      return told as unknown as Result
    }
    tell(answers)
    return answers
  }
}

/** Tells the watchers of a filter that was built, and returns it. */
export function madeFilter<Made extends BuiltFilter>(
  decision: MadeDecision,
  filter: Made,
  unloaded: DecisionDetails['unloaded'],
): Made {
  const extent = filter.kind
  const reason = decision.actor === null ? 'nobody' : 'forbidden'
  decision.made(extent !== 'none', { extent, filter, unloaded, reason: extent === 'none' ? reason : undefined })
  return filter
}
