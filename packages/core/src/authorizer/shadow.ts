import { printCondition } from '../condition/print.js'
import { ArcturusError, invalidArgument } from '../errors.js'
import { evaluateApart } from '../machine/state/evaluation.js'
import { own } from '../own.js'
import { versionOf } from '../policy/version.js'
import { isThenable } from '../values/thenable.js'
import type { BuiltFilter, MadeDecision } from './decisions/decision.js'
import type { Engine } from './decisions/engine.js'
import { after, type Eventual } from './decisions/eventual.js'
import { type Reference, referenceTo } from './decisions/reference.js'
import { Filters } from './filters/filters.js'

/** A question that two policies answer differently. */
export interface Difference {
  readonly entry: 'can' | 'filter'
  readonly actor: Reference | null
  readonly action: string
  readonly resource: Reference
  /**
   * The answer of the active policy: `allowed`, `denied` or `error` with its code; of a filter `all`, `none` or its
   * condition. Two conditions that are written differently can select the same rows.
   */
  readonly before: string
  /** The answer of the candidate. */
  readonly after: string
  /** The versions of both policies. */
  readonly policyVersion: string | undefined
  readonly candidateVersion: string | undefined
}

/** The options of `shadow`. */
export interface ShadowOptions {
  /** The share of the questions that are compared, at random: from 0 to 1. Default 1. */
  readonly sample?: number | undefined
  /** Called with each difference. If it throws or rejects, nothing changes. Default: differences are counted. */
  readonly onDifference?: ((difference: Difference) => unknown) | undefined
}

/** The number of answers of a candidate that may be pending. */
const maxPending = 1000
/** The number of questions for which a candidate may exceed its limits. */
const maxOverruns = 10

/** The comparison of a candidate with the active policy. */
export class Shadow {
  /** The number of checks and filters that were decided meanwhile. */
  questions = 0
  /** The number of those whose answers were compared. */
  compared = 0
  /** The number of those whose answers differ. */
  differences = 0
  /** The number of those for which the candidate exceeded a limit: after ten, no more are compared. */
  overruns = 0
  /** The number of those that were chosen and are not compared: too many answers were pending, or the candidate exceeded its limits. */
  skipped = 0
  /** Ends the comparison. */
  readonly stop: () => void
  readonly #engine: Engine
  readonly #candidate: Engine
  readonly #onDifference: (difference: Difference) => unknown
  #pending = 0
  /** Whether the candidate is being asked: its questions are not questions of the application. */
  #isAsking = false

  /** @throws ArgumentError if an option is invalid. */
  constructor(engine: Engine, candidate: Engine, options: ShadowOptions) {
    const { sample = 1, onDifference = () => {} } = own(options)
    if (typeof sample !== 'number' || !(sample >= 0 && sample <= 1))
      throw invalidArgument('`sample` must be a number from 0 to 1.')
    if (typeof onDifference !== 'function') throw invalidArgument('`onDifference` must be a function.')
    this.#engine = engine
    this.#candidate = candidate
    this.#onDifference = onDifference
    this.stop = engine.listeners.add((made) => {
      if (this.#isAsking || !isCompared(made)) return
      this.questions++
      if (sample < 1 && Math.random() >= sample) return
      if (this.#pending < maxPending && this.overruns < maxOverruns) this.#ask(made)
      else this.skipped++
    })
  }

  /** Returns the coverage in words. */
  toString(): string {
    const why =
      this.overruns < maxOverruns
        ? 'many answers were pending'
        : `the candidate exceeded its limits ${maxOverruns} times`
    const rest = this.skipped > 0 ? `; ${this.skipped} were not, because ${why}` : ''
    return `of ${this.questions} questions ${this.compared} were compared, and ${this.differences} differ${rest}`
  }

  #ask(made: MadeDecision): void {
    const before = answerOf(made.outcome!, made.error, made.details.filter)
    // The decision refers to the rows, and lasts as long as the call.
    const { kind, actor, action, resource, policy } = made
    const compare = (found: string): void => {
      this.compared++
      if (/^error (step|time|frame)-limit$/.test(found)) this.overruns++
      if (found === before) return
      this.differences++
      this.#tell({
        entry: kind === 'check' ? 'can' : 'filter',
        actor: actor === null ? null : referenceTo(this.#engine.schema, actor, new Set()),
        // Sound: checks and filters have an action.
        action: action!,
        resource: referenceTo(this.#engine.schema, resource, new Set()),
        before,
        after: found,
        policyVersion: policy && versionOf(policy.policy),
        candidateVersion: this.#candidate.active.policy && versionOf(this.#candidate.active.policy),
      })
    }
    const failed = (error: unknown): void => compare(answerOf('error', error))
    this.#isAsking = true
    try {
      const answer = evaluateApart(() => answerFor(this.#candidate, made), made.context)
      if (!(answer instanceof Promise)) {
        compare(answer)
        return
      }
      this.#pending++
      const end = () => void this.#pending--
      answer.then(compare, failed).then(end, end)
    } catch (error) {
      failed(error)
    } finally {
      this.#isAsking = false
    }
  }

  #tell(difference: Difference): void {
    try {
      const told = this.#onDifference(difference)
      if (isThenable(told)) told.then(undefined, (error: unknown) => this.#failed(error))
    } catch (error) {
      this.#failed(error)
    }
  }

  #failed(error: unknown): void {
    const { policy } = this.#engine.active
    const message = `\`onDifference\` of a shadow failed: ${error instanceof Error ? error.message : String(error)}`
    if (policy)
      this.#engine.warnings.report(policy, { code: 'failing-listener', severity: 'warning', message, span: undefined })
  }
}

function isCompared({ kind, resource }: MadeDecision): boolean {
  return kind === 'filter' || (kind === 'check' && resource !== undefined)
}

/** Asks a candidate the question of a decision, by the same entry. */
function answerFor(candidate: Engine, made: MadeDecision): Eventual<string> {
  const engine = made.context ? candidate.with(made.context) : candidate
  const { actor, action = '', resource, waits, details } = made
  if (made.kind === 'check') {
    const { decider } = engine
    const answer = waits
      ? decider.settle(actor, action, resource, decider.policy)
      : decider.decide(actor, action, resource)
    return after(answer, (allowed) => answerOf(allowed ? 'allowed' : 'denied'))
  }
  const filters = new Filters(engine)
  // Sound: the resource of a filter is the name of its model.
  const plan = filters.ofRows(actor, action, resource as string)
  const { unloaded = waits ? 'load' : 'error' } = details
  const filter = unloaded === 'load' ? filters.load(plan) : filters.make(plan, { unloaded })
  return after(filter, (built) => answerOf('allowed', undefined, built))
}

function answerOf(outcome: 'allowed' | 'denied' | 'error', error?: unknown, filter?: BuiltFilter): string {
  if (outcome === 'error') return `error ${error instanceof ArcturusError ? error.code : 'application-error'}`
  if (!filter) return outcome
  return filter.kind === 'condition' ? printCondition(filter.condition) : filter.kind
}
