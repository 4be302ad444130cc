import { invalidArgument } from '../../errors.js'
import type { Code } from '../../language/codes.js'
import { own } from '../../own.js'
import { isThenable } from '../../values/thenable.js'
import { assertMask } from '../mask.js'
import type { DecisionWatcher, MadeDecision } from './decision.js'
import { type Engine, engineKey } from './engine.js'
import { Decision, type DecisionSettings, type RequestFields } from './event.js'

/** The options of `onDecision`. */
export interface DecisionOptions {
  /** The share of the decisions that the listener receives, at random: from 0 to 1. Default 1. */
  readonly sample?: number | undefined
  /** Whether it receives the decisions that allow something: `all` of them, or `none`. Default `all`. */
  readonly allowed?: 'all' | 'none' | undefined
  /** Columns whose values are not shown in keys, such as `User.email`. Default none. */
  readonly mask?: readonly string[] | undefined
  /**
   * Whether each decision must be recorded: if the listener throws, the question throws the same error. Such a listener
   * must be synchronous; a promise that it returns is an error too. Default false.
   */
  readonly required?: boolean | undefined
}

/** What a framework sets for the listener that is its option `log`. */
export interface RecorderSettings {
  /** What explanations reveal. Default: no values. */
  readonly explanations?: object | undefined
  /** Returns the request whose decisions it receives. Default: it receives all, with the request if there is one. */
  readonly request?: (() => RequestFields | undefined) | undefined
}

/** The number of promises of a listener that may be pending. */
const maxPending = 1000

/** The number of milliseconds from which a call of a listener is slow. Each sixteenth is measured. */
const slow = 50

/** Returns the watcher that calls a listener with decisions. @throws ArgumentError as `onDecision`. */
export function recorder(
  engine: Engine,
  authorizer: object,
  listener: (decision: Decision) => unknown,
  options: DecisionOptions,
  settings: RecorderSettings = {},
): DecisionWatcher {
  const { schema, readAction } = engine
  const { sample = 1, allowed = 'all', mask = [], required = false } = own(options)
  assertOptions(listener, sample, allowed, required)
  assertMask(schema, mask)
  const { explanations = { mask }, request } = own(settings)
  const shared: DecisionSettings = {
    schema,
    readAction,
    authorizerFor: (context) => (context ? { [engineKey]: engine.with(context) } : authorizer),
    mask: new Set(mask),
    explanations,
  }
  const call = caller(engine, listener, required)
  let isCalling = false
  return (made) => {
    if (isCalling || made.isPart || (made.outcome === 'allowed' && (allowed === 'none' || isOfNoRows(made)))) return
    if (sample < 1 && Math.random() >= sample) return
    const fields = request ? request() : requestOf(engine)
    if (request && !fields) return
    const decision = new Decision(shared, made, fields)
    isCalling = true
    try {
      call(decision, made)
    } finally {
      isCalling = false
      Decision.end(decision)
    }
  }
}

/** Whether an allowed decision is about an empty list of rows. */
function isOfNoRows({ kind, resource }: MadeDecision): boolean {
  return (kind === 'check' || kind === 'field') && resource === undefined
}

function requestOf({ requests }: Engine): RequestFields | undefined {
  for (const request of requests) {
    const found = request()
    if (found) return found
  }
  return undefined
}

/** Returns a function that calls a listener, and reports the first time that it fails or is slow. */
function caller(
  engine: Engine,
  listener: (decision: Decision) => unknown,
  required: boolean,
): (decision: Decision, made: MadeDecision) => void {
  let [pending, calls] = [0, 0]
  const reported = new Set<Code>()
  const report = (code: Code, message: string, hint: string, made: MadeDecision): void => {
    if (reported.has(code)) return
    reported.add(code)
    if (made.policy)
      engine.warnings.report(made.policy.policy, { code, severity: 'warning', message, span: undefined, hint })
  }
  const failed = (error: unknown, made: MadeDecision): void => {
    const message = `A listener of decisions failed: ${error instanceof Error ? error.message : String(error)}`
    report('failing-listener', message, 'decisions go on; with `required: true` a check would fail', made)
  }
  const isSlow = (made: MadeDecision, what: string): void =>
    report('slow-listener', `A listener of decisions is slow: ${what}.`, 'write to a buffer, or sample', made)
  const wait = (promise: PromiseLike<unknown>, made: MadeDecision): void => {
    pending++
    const end = () => void pending--
    promise.then(end, (error: unknown) => {
      end()
      failed(error, made)
    })
  }
  return (decision, made) => {
    if (pending >= maxPending) return isSlow(made, `${maxPending} of its promises are pending, so it misses decisions`)
    // Reading the time is a good part of what a decision costs.
    const isTimed = (calls++ & 15) === 0
    const begun = isTimed ? performance.now() : 0
    try {
      const result = listener(decision)
      if (isThenable(result)) {
        wait(result, made)
        if (required) throw invalidArgument('A required listener must not return a promise.')
      }
    } catch (error) {
      if (required) throw error
      failed(error, made)
    }
    if (!isTimed) return
    const took = performance.now() - begun
    if (took > slow) isSlow(made, `a call took ${Math.round(took)} ms`)
  }
}

function assertOptions(listener: unknown, sample: unknown, allowed: unknown, required: unknown): void {
  const fault =
    typeof listener !== 'function'
      ? 'The listener of decisions must be a function.'
      : typeof sample !== 'number' || !(sample >= 0 && sample <= 1)
        ? '`sample` must be a number from 0 to 1.'
        : allowed !== 'all' && allowed !== 'none'
          ? "`allowed` must be 'all' or 'none'."
          : typeof required !== 'boolean'
            ? '`required` must be a boolean.'
            : undefined
  if (fault === undefined) return
  throw invalidArgument(fault, { hint: 'authorizer.onDecision((decision) => …, { sample: 0.1 })' })
}
