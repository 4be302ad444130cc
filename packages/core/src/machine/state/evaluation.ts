import { QueryError } from '../../errors.js'
import { type ContextValues, running as current, noContext } from '../../schema/context.js'
import { entryOf } from '../../values/entryOf.js'
import { discardingErrors } from '../../values/metErrors.js'
import { isThenable } from '../../values/thenable.js'
import type { Limits } from './limits.js'

/** The limits that the checks share. */
type Charged = Pick<Limits, 'steps' | 'syncTime'>

/** A check, as far as its result depends on it. */
export interface Asked {
  /** What decides it: a policy. */
  readonly by: object
  /** The method, such as `can`, and the action. */
  readonly method: string
  readonly action: string
  readonly actor: unknown
  readonly resource: unknown
  /** Default: the context of the check within which it is asked for. */
  readonly context: ContextValues | undefined
}

/** Evaluations by policy, context, actor, resource, and method with action. */
type KeptEvaluations = Map<unknown, Map<unknown, Map<unknown, Map<unknown, Map<string, Evaluation>>>>>

/**
 * What a check and the checks within it share: their results, and one account of steps and computing
 * time. It begins with the first check within another one.
 */
class Shared {
  readonly #known: KeptEvaluations = new Map()
  #steps = 0
  #computed = 0
  #since: number | undefined = undefined

  constructor(
    /** The number of checks that the application asked for together. */
    private readonly size: number,
  ) {}

  get({ by, actor, resource, method, action, context }: Asked, make: () => Evaluation): Evaluation {
    const ofPolicy = entryOf(this.#known, by, () => new Map())
    const ofContext = entryOf(ofPolicy, context, () => new Map())
    const ofActor = entryOf(ofContext, actor, () => new Map())
    return entryOf(
      entryOf(ofActor, resource, () => new Map<string, Evaluation>()),
      `${method} ${action}`,
      make,
    )
  }

  /** Counts steps. @throws QueryError `step-limit`, `time-limit`. */
  charge(steps: number, { steps: most, syncTime }: Charged): void {
    this.#steps += steps
    const now = Date.now()
    this.#since ??= now
    const [what, limit] =
      this.#steps > most * this.size
        ? (['step', `${most} steps`] as const)
        : (['time', `${syncTime} ms of computing`] as const)
    if (what === 'time' && this.#computed + now - this.#since <= syncTime * this.size) return
    throw new QueryError(`${what}-limit`, `A check and the checks within it take more than ${limit}.`, {
      hint: 'look for getters and methods that ask the authorizer for many rows, or raise `limits`',
    })
  }

  /** Ends a run without a turn of the event loop. */
  pause(): void {
    if (this.#since === undefined) return
    this.#computed += Date.now() - this.#since
    this.#since = undefined
  }
}

/**
 * The evaluation of a check. Code of the application can ask for further checks within it: in getters
 * and methods of rows.
 *
 * A check within another one is evaluated once, however often the outer check reads the getter: a
 * predicate can leave the outer check to the machine, which reads it again. Otherwise each level
 * would evaluate the next one several times.
 */
export class Evaluation {
  /** The context of the question. */
  readonly context: ContextValues
  readonly #shared: Shared
  /** The evaluations that this one has asked for. */
  readonly #asked = new Set<Evaluation>()
  /** Whether it has begun, and is not over. */
  #isOpen = false
  /** Returns the result or throws the error. Undefined until it is over or waits. */
  #result: (() => unknown) | undefined = undefined

  /**
   * @param size - The number of checks that the application asks for together. Default: one.
   * @param outer - The check within which it is asked for. Default: none.
   * @param context - The context of the question. Default: that of `outer`.
   * @param isShared - Whether it is that of all synchronous checks of a decider, each of which gets one of its own as soon
   * as it needs it. Default false.
   */
  constructor(
    size = 1,
    outer?: Evaluation,
    context: ContextValues = outer?.context ?? noContext,
    readonly isShared = false,
  ) {
    this.context = context
    this.#shared = outer ? outer.#shared : new Shared(size)
  }

  /** Runs a part of this evaluation, without a turn of the event loop. */
  run<Value>(part: () => Value): Value {
    const before = running.current
    running.current = this
    try {
      return part()
    } finally {
      running.current = before
      if (before === undefined) this.#shared.pause()
    }
  }

  /**
   * Returns the result of a check within this one, evaluated at most once.
   * @throws QueryError `frame-limit` if the check leads back to itself.
   */
  once<Value>(given: Asked, limits: Charged, evaluate: () => Value): Value {
    this.charge(1, limits)
    const asked = { ...given, context: given.context ?? this.context }
    const inner = this.#shared.get(asked, () => new Evaluation(1, this, asked.context))
    // Sound: the method is a part of the key.
    return inner.#answer(this, evaluate) as Value
  }

  #answer(asker: Evaluation, evaluate: () => unknown): unknown {
    if (this.#isOpen && this.#waitsFor(asker)) throw leadsBack()
    asker.#asked.add(this)
    if (this.#result) return this.#result()
    this.#isOpen = true
    try {
      const value = this.run(evaluate)
      this.#result = () => value
      if (isThenable(value)) value.then(this.#end, this.#end)
      else this.#end()
      return value
    } catch (error) {
      this.#result = () => {
        throw error
      }
      this.#end()
      throw error
    }
  }

  readonly #end = (): void => {
    this.#isOpen = false
    this.#asked.clear()
  }

  /** Returns whether this evaluation can go on only when another one is over. */
  #waitsFor(other: Evaluation): boolean {
    const waiting = new Set<Evaluation>([this])
    for (const one of waiting) {
      if (one === other) return true
      for (const asked of one.#asked) if (asked.#isOpen) waiting.add(asked)
    }
    return false
  }

  /** Counts steps, if checks were asked for within this one. @throws QueryError for a limit. */
  charge(steps: number, limits: Charged): void {
    this.#shared.charge(steps, limits)
  }
}

/** The evaluation that runs now. Undefined between the turns of asynchronous ones. */
// Sound: only evaluations are set.
export const running: { current: Evaluation | undefined } = current as { current: Evaluation | undefined }

/** Returns the running evaluation, within which a check is asked for. */
export function outerEvaluation(): Evaluation | undefined {
  if (running.current?.isShared) running.current = new Evaluation(1, undefined, running.current.context)
  return running.current
}

/** Counts steps of a check that has others within it, or is within another one. */
export function chargeOuter(steps: number, limits: Charged): void {
  if (running.current !== undefined && !running.current.isShared) running.current.charge(steps, limits)
}

function leadsBack(): QueryError {
  return new QueryError('frame-limit', 'A check leads back to itself through code of the application.', {
    hint: 'a getter or method must not ask for what is being decided',
  })
}

/** Runs an evaluation that is no part of the running one: it takes none of its time and steps, and has its own context. */
export function evaluateApart<Result>(evaluate: () => Result, context?: ContextValues): Result {
  const outer = outerEvaluation()
  running.current = context && new Evaluation(1, undefined, context)
  try {
    return discardingErrors(evaluate)
  } finally {
    running.current = outer
  }
}
