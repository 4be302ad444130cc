import type { Condition, Definition, Operand, Ref } from '../condition/condition.js'
import { ArcturusError, QueryError } from '../errors.js'
import { Binder, type Environment, withElements } from '../filter/bind/bind.js'
import { Failed } from '../filter/bind/failure.js'
import type { Limits } from '../machine/index.js'
import { has } from '../own.js'
import type { Meaning } from '../predicate/meaning.js'
import { entryOf } from '../values/entryOf.js'
import type { Ids } from './ids.js'
import { Part, type Truth, type World } from './part.js'
import type { Reads } from './reads.js'

/** A call of a definition with known arguments. All equal calls of a world share it. */
interface Call {
  readonly body: Part
  /** Equal for the same call of the policy, also of a definition for other types. */
  readonly name: string
  state: 'new' | 'open' | 'provisional' | 'known'
  truth: Truth
  /** The depth of the outermost open call that the truth depends on. */
  low: number
  /** Whether its further solutions were tried, and the error of one. */
  exhausted: true | { readonly error: unknown } | undefined
}

/** A value with all that the binder knows of it. */
type Known = Extract<Operand, { kind: 'value' }>

/** The most steps of an explanation. Each evaluates a part. */
const maxSteps = 2_000_000

/** The time and the steps that an explanation may take, whatever it evaluates. */
export class Time {
  readonly #end: number
  readonly #limit: number
  #steps = 0

  constructor({ syncTime }: Pick<Limits, 'syncTime'>) {
    this.#limit = syncTime
    this.#end = Date.now() + syncTime
  }

  /** Counts a step. @throws QueryError if there were too many, or if the time is up. */
  spend(): void {
    this.#steps++
    const hint = 'a query that needs more can be given more: see `limits`'
    if (this.#steps > maxSteps) throw new QueryError('step-limit', `The explanation takes more than ${maxSteps} steps.`)
    if ((this.#steps & 255) !== 0 || Date.now() <= this.#end) return
    throw new QueryError('time-limit', `The explanation computes for more than ${this.#limit} ms.`, { hint })
  }
}

/**
 * Evaluates the parts of a condition for some data. Goals are solved in the order of the machine:
 * an error ends the evaluation exactly if the machine reaches it. Leaves are evaluated as a filter
 * evaluates its known parts.
 */
export class EvaluatedWorld implements World {
  readonly meaning: Meaning
  readonly ids: Ids
  readonly reads: Reads
  readonly #time: Time
  /** Leaves that are true or false by assumption, by their keys. */
  readonly #assumed: ReadonlyMap<string, boolean>
  readonly #action: Environment
  readonly #calls = new Map<Definition, Map<string, Call>>()
  /** Calls that are being evaluated, by their names. */
  readonly #open = new Map<string, Call>()
  readonly #provisional: Call[] = []
  #binder: Binder
  #bound = 0
  #depth = 0
  #low = Number.POSITIVE_INFINITY

  constructor(
    meaning: Meaning,
    action: Environment,
    reads: Reads,
    time: Time,
    ids: Ids,
    assumed: ReadonlyMap<string, boolean> = new Map(),
  ) {
    this.meaning = meaning
    this.reads = reads
    this.#time = time
    this.ids = ids
    this.#assumed = assumed
    this.#action = action
    this.#binder = new Binder(meaning, reads)
  }

  with(reads: Reads, assumed: ReadonlyMap<string, boolean> = this.#assumed): World {
    return new EvaluatedWorld(this.meaning, this.#action, reads, this.#time, this.ids, assumed)
  }

  spend(): void {
    this.#time.spend()
  }

  truth(part: Part): Truth {
    return this.solve(part, yes)
  }

  /** Returns whether a part holds together with the goals after it. @throws Failed for an error. */
  solve(part: Part, next: () => Truth): Truth {
    const { condition } = part
    switch (condition.kind) {
      case 'true':
        return next()
      case 'false':
        return false
      case 'failure':
        throw new Failed(condition.error)
      case 'and':
        return this.#all(part.parts, 0, next)
      case 'or':
        return this.#any(part.parts, next)
      case 'some': {
        if (this.#assumed.size > 0 && this.#assumed.get(part.key)) return next()
        const parts = this.#known(() => part.parts)
        return parts ? this.#any(parts, next) : after(undefined, next)
      }
      case 'not': {
        const truth = this.truth(part.parts[0]!)
        return after(truth === undefined ? undefined : !truth, next)
      }
      case 'ref': {
        const assumed = this.#assumed.size > 0 ? this.#assumed.get(part.key) : undefined
        const call = assumed ?? this.#known(() => this.#callOf(condition, part.environment))
        const truth = typeof call === 'object' ? this.#called(call) : call
        const result = after(truth, next)
        // Further solutions are tried, and can be errors.
        if (truth && result === false && typeof call === 'object') this.#exhaust(call)
        return result
      }
      default: {
        const truth = this.leaf(part)
        const result = after(truth, next)
        if (truth && result === false && condition.kind === 'opaque') this.#bind(condition, part.environment, false)
        return result
      }
    }
  }

  #all(parts: readonly Part[], at: number, next: () => Truth): Truth {
    const part = parts[at]
    if (!part) return next()
    return this.solve(part, at === parts.length - 1 ? next : once(() => this.#all(parts, at + 1, next)))
  }

  #any(parts: readonly Part[], next: () => Truth): Truth {
    const later = once(next)
    let truth: Truth = false
    for (const part of parts) {
      const one = this.solve(part, later)
      if (one === true) return true
      if (one === undefined) truth = undefined
    }
    return truth
  }

  /** Returns whether a leaf holds. @throws Failed for an error. */
  leaf(part: Part): Truth {
    if (this.#assumed.size > 0) {
      const assumed = this.#assumed.get(part.key)
      if (assumed !== undefined) return assumed
    }
    part.known ??= this.#leaf(part)
    if (has(part.known, 'error')) throw part.known.error
    return part.known.truth
  }

  /** Returns a value; undefined if it depends on a row that does not exist yet. @throws Failed for an error. */
  #known<Value>(value: () => Value): Value | undefined {
    this.reads.isUnknown = false
    try {
      return value()
    } catch (error) {
      if (this.reads.isUnknown) return undefined
      throw error
    }
  }

  #leaf({ condition, environment }: Part): NonNullable<Part['known']> {
    this.#time.spend()
    this.reads.isUnknown = false
    try {
      return { truth: this.#bind(condition, environment, true) }
    } catch (error) {
      return this.reads.isUnknown ? { truth: undefined } : { error }
    }
  }

  #bind(condition: Condition, environment: Environment, isLast: boolean): boolean {
    if (++this.#bound > bindsOfBinder) {
      this.#bound = 0
      this.#binder = new Binder(this.meaning, this.reads)
    }
    const bound = this.#binder.bind(condition, environment, isLast)
    if (bound.kind === 'true' || bound.kind === 'false') return bound.kind === 'true'
    const failure = bound.kind === 'or' ? bound.of.at(-1)! : bound
    if (failure.kind === 'failure') throw new Failed(failure.error)
    throw new BeyondExplanation()
  }

  value(operand: Operand, environment: Environment): unknown {
    return this.#computed(operand, environment).value
  }

  #computed(operand: Operand, environment: Environment): Known {
    const known = this.#binder.operand(operand, environment)
    if (known.kind !== 'value') throw new BeyondExplanation()
    return known
  }

  elements(from: Operand, environment: Environment): readonly unknown[] | undefined {
    const known = withElements(this.#binder.operand(from, environment))
    if (known.kind !== 'value') throw new BeyondExplanation()
    return Array.isArray(known.value) ? known.value : undefined
  }

  // calls

  bodyOf(ref: Ref, environment: Environment): Part {
    return this.#callOf(ref, environment).body
  }

  #callOf({ definition, args }: Ref, environment: Environment): Call {
    const operands = args.map((one) => this.#computed(one, environment))
    const inner: Environment = (root) => {
      const at = root.kind === 'parameter' ? definition.parameters.indexOf(root) : -1
      return at < 0 ? this.#action(root) : operands[at]
    }
    const calls = entryOf(this.#calls, definition, () => new Map<string, Call>())
    return entryOf(calls, operands.map((one) => this.#idOf(one)).join(' '), (): Call => {
      const ids = definition.arguments.map((one) => this.#idOf(this.#computed(one, inner)))
      const name = [definition.name, ...ids].join(' ')
      const body = new Part(this, definition.condition, inner)
      // The machine compares a call with those around it by their arguments, whatever their types are. What
      // has no arguments has no types either, or is no call of the policy: the rest of a rule.
      const outer = ids.length > 0 ? this.#open.get(name) : undefined
      return outer ?? { body, name, state: 'new', truth: false, low: 0, exhausted: undefined }
    })
  }

  #idOf({ value, float }: Known): string {
    return `${this.ids.of(value)}${float ? ' float' : ''}`
  }

  /**
   * Returns whether a call holds. A call that is met again below itself fails: the least fixpoint.
   * What failed because of that alone is only known once the outer call is.
   */
  #called(call: Call): Truth {
    if (call.state === 'known') return call.truth
    if (call.state !== 'new') {
      this.#low = Math.min(this.#low, call.low)
      return call.truth
    }
    this.#time.spend()
    const [outer, from, depth] = [this.#low, this.#provisional.length, ++this.#depth]
    Object.assign(call, { state: 'open', low: depth, truth: false })
    this.#low = Number.POSITIVE_INFINITY
    this.#open.set(call.name, call)
    try {
      call.truth = this.solve(call.body, yes)
    } catch (error) {
      for (const one of this.#provisional.splice(from)) one.state = 'new'
      call.state = 'new'
      this.#low = outer
      throw error
    } finally {
      this.#open.delete(call.name)
      this.#depth--
    }
    if (call.truth === true || this.#low >= depth) {
      call.state = 'known'
      for (const one of this.#provisional.splice(from)) one.state = call.truth === true ? 'new' : 'known'
      this.#low = outer
    } else {
      call.state = 'provisional'
      call.low = this.#low
      this.#provisional.push(call)
      this.#low = Math.min(outer, call.low)
    }
    return call.truth
  }

  /** Evaluates the further solutions of a call. @throws Failed if one of them is an error. */
  #exhaust(call: Call): void {
    if (call.exhausted === true) return
    if (call.exhausted) throw call.exhausted.error
    call.exhausted = true
    try {
      this.solve(call.body, no)
    } catch (error) {
      call.exhausted = { error }
      throw error
    }
  }
}

/** A binder counts the parts that it binds; a few of them are enough for any explanation. */
const bindsOfBinder = 50_000

/** Thrown if only the machine can answer the question as a whole. */
export class BeyondExplanation extends Error {}

const yes = (): Truth => true
const no = (): Truth => false

function after(truth: Truth, next: () => Truth): Truth {
  if (truth === false) return false
  const rest = next()
  return truth === undefined && rest === true ? undefined : rest
}

/** Evaluates goals once, however many solutions come before them: they bind nothing for each other. */
function once(goals: () => Truth): () => Truth {
  let known: { readonly truth: Truth } | undefined
  return () => {
    known ??= { truth: goals() }
    return known.truth
  }
}

/** Returns the error of an evaluation that failed. */
export function errorOf(error: unknown): ArcturusError {
  if (error instanceof Failed) return error.error
  if (error instanceof ArcturusError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new QueryError('application-error', message, { cause: error })
}
