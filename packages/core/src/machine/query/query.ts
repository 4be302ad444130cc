import type { Expression } from '../../language/ast.js'
import type { Span } from '../../language/source.js'
import { has, own } from '../../own.js'
import { asyncValue, Fault } from '../../values/fault.js'
import type { Host } from '../host/host.js'
import type { CompiledPolicy } from '../program/program.js'
import type { Cell } from '../state/cell.js'
import { type Evaluation, outerEvaluation } from '../state/evaluation.js'
import { defaultLimits, type Limits } from '../state/limits.js'
import { Machine } from '../state/machine.js'
import { pending } from '../state/signal.js'
import { explain } from './errors.js'
import { assertDecided, hasPromises, type Solution, settledSolution, solutionOf } from './solution.js'
import { type RuleCall, start, startBody } from './start.js'

export interface QueryOptions {
  /** Values of variables of the query, by name. */
  readonly bindings?: ReadonlyMap<string, unknown>
  readonly limits?: Partial<Limits> | undefined
  /**
   * Whether a variable that is only constrained has an `Expression` as its value. Otherwise it is
   * an error. Default false.
   */
  readonly acceptExpression?: boolean
  /**
   * Whether all other variables of an expression are local, like those of a rule's body: solutions
   * omit them. Default false.
   */
  readonly asBody?: boolean
  /** The host of the values, if it is not the program's host; it has the same names and classes. */
  readonly host?: Host | undefined
}

/** A running query; it computes solutions only on demand. */
export interface Query {
  /**
   * Returns the next solution, or undefined after the last; a promise if the query has to wait.
   * @throws QueryError after the last solution, if an alternative was an error.
   */
  next(): Solution | undefined | Promise<Solution | undefined>
  /**
   * Returns the next solution, or undefined after the last.
   * @throws QueryError, `async-value` if the query would have to wait.
   */
  nextSync(): Solution | undefined
  /** Ends the query and closes the iterators of the application that it holds open. */
  close(): void
}

export interface HoldsOptions extends Pick<QueryOptions, 'host'> {
  /** Receives the places of the errors that a proof met and outlived. */
  readonly outlived?: (places: readonly Span[]) => void
}

/** A query of a program. Nothing is computed before the first solution is requested. */
export class RunningQuery implements Query {
  readonly #machine: Machine
  readonly #named: ReadonlyMap<string, Cell>
  readonly #accept: boolean
  readonly #deadline: Deadline
  #closed = false
  /** The awaited solution; later calls wait for it first. */
  #running: Promise<Solution | undefined> | undefined = undefined

  /** @param isProof - Whether one solution is enough, in which no constraint may remain. Default false. */
  constructor(
    program: CompiledPolicy,
    goal: Expression | RuleCall,
    given: QueryOptions,
    private readonly isProof = false,
  ) {
    const options = own(given)
    this.#machine = new Machine(options.host ?? program.host, { ...defaultLimits, ...options.limits })
    this.#machine.keepsDuplicates = !isProof
    this.#accept = options.acceptExpression ?? false
    this.#deadline = new Deadline(this.#machine.limits.asyncTime)
    const bindings = options.bindings ?? new Map<string, unknown>()
    this.#named =
      options.asBody && !has(goal, 'rule')
        ? startBody(this.#machine, program, goal, bindings)
        : start(this.#machine, program, goal, bindings)
  }

  next(): Solution | undefined | Promise<Solution | undefined> {
    if (this.#running !== undefined) return this.#running.then(() => this.next())
    this.#machine.asynchronous = true
    const found = this.#advance()
    if (found !== pending && !(found instanceof Map && hasPromises(found))) return found
    const running = this.#wait(found).finally(() => {
      this.#running = undefined
    })
    this.#running = running
    return running
  }

  nextSync(): Solution | undefined {
    this.#machine.asynchronous = false
    const found = this.#advance()
    if (found !== pending && !(found !== undefined && hasPromises(found))) return found
    throw this.#fail(asyncValue(undefined))
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#machine.cut(0)
    this.#deadline.clear()
  }

  /** Ends a proof, and returns whether there is one. */
  isProven(solution: Solution | undefined, outlived: HoldsOptions['outlived']): boolean {
    const places = solution && outlived ? this.#machine.failures.outlived() : []
    this.close()
    if (places.length > 0) outlived!(places)
    return solution !== undefined
  }

  #advance(): Solution | undefined | typeof pending {
    if (this.#closed) return undefined
    const m = this.#machine
    try {
      for (;;) {
        m.run()
        if (m.state === 'waiting') return pending
        if (m.state === 'exhausted') break
        const solution = this.#solution(m)
        if (solution) return solution
      }
    } catch (thrown) {
      throw this.#fail(thrown)
    }
    this.close()
    return undefined
  }

  /** Returns the current solution; undefined if it is an error, which counts once there are no others. */
  #solution(m: Machine): Solution | undefined {
    try {
      if (this.isProof) assertDecided(m)
      return solutionOf(m, this.#named, this.#accept)
    } catch (thrown) {
      m.fail(thrown)
      return undefined
    }
  }

  async #wait(first: Solution | undefined | typeof pending): Promise<Solution | undefined> {
    const evaluation = outerEvaluation()
    try {
      const found = first === pending ? await this.#deadline.meet(this.#arrived(evaluation)) : first
      return found && (await settledSolution(found))
    } catch (thrown) {
      throw this.#fail(thrown)
    }
  }

  /**
   * Resumes after each promise until there is a result.
   * @param evaluation - The check that the query belongs to, if any.
   */
  async #arrived(evaluation: Evaluation | undefined): Promise<Solution | undefined> {
    for (;;) {
      await this.#machine.arrival()
      if (this.#closed) return undefined
      const found = evaluation ? evaluation.run(() => this.#advance()) : this.#advance()
      if (found !== pending) return found
    }
  }

  #fail(thrown: unknown): unknown {
    if (this.#closed) return thrown
    const error = explain(this.#machine, thrown)
    this.close()
    return error
  }
}

/** The total time of a query, once it has had to wait. */
export class Deadline {
  #passed: Promise<never> | undefined = undefined
  #timer: ReturnType<typeof setTimeout> | undefined = undefined

  /** @param time - Milliseconds; they begin with the first awaited work. */
  constructor(private readonly time: number) {}

  /**
   * Returns the result of the work.
   * @throws Fault if the time is up first, and any error of the work.
   */
  meet<Value>(work: Promise<Value>): Promise<Value> {
    this.#passed ??= this.#start()
    return Promise.race([work, this.#passed])
  }

  clear(): void {
    clearTimeout(this.#timer)
  }

  #start(): Promise<never> {
    return new Promise((_, reject) => {
      this.#timer = setTimeout(() => {
        reject(new Fault('time-limit', `The query takes more than ${this.time} ms.`))
      }, this.time)
    })
  }
}
