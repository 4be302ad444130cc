import {
  bindLeaf,
  bindOperand,
  type Condition,
  type Definition,
  type Environment,
  entryOf,
  Fault,
  fail,
  has,
  isStackOverflow,
  type Limits,
  type Meaning,
  type Operand,
  operandsIn,
  QueryError,
  type Ref,
  Residual,
  type Root,
  type Run,
  type Schema,
  type Some,
  withElements,
} from '@arcturus/core/internal/explain'
import type { Ids } from './ids.js'
import { type Location, locationOf, type Scope } from './location.js'
import { endsAll, fails, failureOf, holds, needsLoading, type Outcome } from './outcome.js'
import { Part, type World } from './part.js'
import type { Reads } from './reads.js'

/** A call of a definition with known arguments. Calls with the same arguments of the same fields share it. */
interface Call {
  readonly body: Part
  /** Equal for the same call of the policy: also of a definition for other types, and with copies of the same rows. */
  readonly name: unknown
  /** As the name, but not equal for copies. */
  readonly copies: string
  state: 'new' | 'open' | 'provisional' | 'known'
  /** The outcome so far: false until it is evaluated. */
  outcome: Outcome
  /** The depth of the outermost open call that the outcome depends on. */
  low: number
}

/** The parts that changes concern. */
interface Concerned {
  /** Those that read what is changed. */
  readonly touched: ReadonlySet<Part>
  readonly all: ReadonlySet<Part>
  /** The same parts with the changes. */
  readonly parts: Map<Part, Part>
}

/** A value with all that the binder knows of it. */
type ValueOperand = Extract<Operand, { kind: 'value' }>

/** The most steps of an evaluation, and of the search for what is missing. Each evaluates a part. */
const maxSteps = 2_000_000
const maxSearched = 25_000

/** The time and the steps that the evaluation of an explanation may take, and the writing of each of its parts. */
export class Time {
  readonly #limit: number
  #end = 0
  #steps = 0
  #most = maxSteps

  constructor({ syncTime }: Pick<Limits, 'syncTime'>) {
    this.#limit = syncTime
    this.restart()
  }

  restart(most: number = maxSteps): void {
    this.#end = Date.now() + this.#limit
    this.#steps = 0
    this.#most = most
  }

  /** Counts a step. @throws QueryError if there were too many, or if the time is up. */
  spend(): void {
    this.#steps++
    const hint = 'a query that needs more can be given more: see `limits`'
    if (this.#steps > this.#most)
      throw new QueryError('step-limit', `The explanation takes more than ${this.#most} steps.`)
    if ((this.#steps & 255) !== 0 || Date.now() <= this.#end) return
    throw new QueryError('time-limit', `The explanation computes for more than ${this.#limit} ms.`, { hint })
  }
}

/**
 * Evaluates the parts of a condition for some data. Leaves are evaluated as a filter evaluates its
 * known parts. Rules, alternatives and rows have no order:
 *
 * |              | true             | false                                   | error         |
 * | `or`, `some` | some part is     | all parts are                           | otherwise     |
 * | `and`        | all parts are    | the first part that is not true is false | otherwise     |
 * | `not a`      | `a` is false     | `a` is true                             | `a` is        |
 */
export class EvaluatedWorld implements World {
  readonly schema: Schema
  readonly #calls = new Map<Definition, Map<string, Call>>()
  /** Calls that are being evaluated, by their names. */
  readonly #open = new Map<unknown, Call>()
  readonly #provisional: Call[] = []
  /** Whether a provisional call took a call with a copy of its row for itself. */
  #isOfCopy = false
  #context: Residual
  #bound = 0
  #low = Number.POSITIVE_INFINITY
  readonly #ofParts = new Map<Part, Call>()
  /** Calls by the same calls of the data without changes. */
  readonly #derived = new Map<Call, Call>()
  #root: Part | undefined
  #footprint: Footprint | undefined
  #concerned: Concerned | undefined

  /** @param run - Reads a value in the context of the question. */
  constructor(
    private readonly meaning: Meaning,
    private readonly run: Run,
    private readonly action: Environment,
    readonly reads: Reads,
    private readonly time: Time,
    readonly ids: Ids,
    /** Leaves that are true or false by assumption, by their keys. */
    private readonly assumed: ReadonlyMap<string, boolean> = new Map(),
    /** The data without changes. */
    private readonly base?: EvaluatedWorld | undefined,
  ) {
    this.schema = meaning.schema
    this.#context = new Residual(meaning, reads)
  }

  with(reads: Reads, assumed: ReadonlyMap<string, boolean> = this.assumed): World {
    const base = reads.isWithChanges || assumed.size > 0 ? (this.base ?? this) : undefined
    return new EvaluatedWorld(this.meaning, this.run, this.action, reads, this.time, this.ids, assumed, base)
  }

  of(part: Part): Part {
    if (part.world !== this.base) return new Part(this, part.condition, part.environment)
    const footprint = this.base.#footprintOfRoot()
    if (!footprint.has(part)) return new Part(this, part.condition, part.environment)
    const { all, parts } = this.#concernedIn(footprint)
    return all.has(part) ? entryOf(parts, part, () => new Part(this, part.condition, part.environment, part)) : part
  }

  get touched(): ReadonlySet<Part> {
    return this.#concernedIn(this.base!.#footprintOfRoot()).touched
  }

  touches(part: Part): boolean {
    return this.#concerned?.touched.has(part) !== false
  }

  /** Returns the whole condition as a part. */
  rootOf(condition: Condition, environment: Scope): Part {
    this.#root = new Part(this, condition, environment)
    return this.#root
  }

  #footprintOfRoot(): Footprint {
    this.#footprint ??= new Footprint(this.#root!)
    return this.#footprint
  }

  #concernedIn(footprint: Footprint): Concerned {
    if (!this.#concerned) {
      const touched = footprint.touchedBy(this, this.assumed)
      this.#concerned = { touched, all: footprint.above(touched), parts: new Map() }
    }
    return this.#concerned
  }

  spend(): void {
    this.time.spend()
  }

  restart(isSearch = false): void {
    this.time.restart(isSearch ? maxSearched : maxSteps)
  }

  outcome(part: Part): Outcome {
    if (part.world !== this) return part.outcome
    const assumed = this.assumed.size > 0 ? this.assumed.get(part.key) : undefined
    if (assumed !== undefined) return assumed ? yes : no
    const { condition } = part
    switch (condition.kind) {
      case 'true':
        return yes
      case 'false':
        return no
      case 'failure':
        return Fault.of(condition.error)
      case 'ref':
        return part.unreadable ?? this.#called(this.#callOf(condition, part))
    }
    switch (part.form) {
      case 'all':
        return this.#all(part.parts)
      case 'any':
        return part.unreadable ?? this.#any(part.parts)
      case 'not':
        return this.#not(part.parts[0]!)
      default:
        part.known ??= this.#read(part, () => this.#leaf(part))
        // With changes assumed, a field of a new row has the value that another leaf needs.
        return condition.kind === 'reads' && part.known === unknown && this.assumed.size > 0 ? yes : part.known
    }
  }

  /** The first part that is not true decides. A part that depends on a new row decides if no later one does. */
  #all(parts: readonly Part[]): Outcome {
    let all = yes
    for (const part of parts) {
      const one = this.outcome(part)
      if (fails(one) || one.truth === false) return one
      if (one.truth === undefined) all = one
    }
    return all
  }

  /** True if some part is, false if all are, otherwise an error: one that loading can settle, or the first. */
  #any(parts: readonly Part[]): Outcome {
    let all = no
    for (const part of parts) {
      const one = this.outcome(part)
      if (holds(one) || endsAll(one)) return one
      if (precedence(one) > precedence(all)) all = one
    }
    return all
  }

  /** Negations are never part of a recursion: the derivation leaves such calls to the machine. */
  #not(part: Part): Outcome {
    const one = this.outcome(part)
    if (fails(one) || one.truth === undefined) return one
    return one.truth ? no : yes
  }

  #leaf({ condition, environment }: Part): Outcome {
    if (++this.#bound > bindsOfBinder) {
      this.#bound = 0
      this.#context = new Residual(this.meaning, this.reads)
    }
    const bound = this.run(() => bindLeaf(condition, environment, this.#context, this.reads))
    if (bound.kind === 'true' || bound.kind === 'false') return bound.kind === 'true' ? yes : no
    const failure = bound.kind === 'or' ? bound.of.at(-1)! : bound
    if (failure.kind === 'failure') throw Fault.of(failure.error)
    throw beyond()
  }

  /** Returns a value, or an outcome if it can't be read. */
  #read<Value>(part: Part, value: () => Value): Value | Outcome {
    const { reads } = this
    const outer = reads.record
    reads.isUnknown = false
    reads.record = part.read
    try {
      this.time.spend()
      return value()
    } catch (error) {
      if (isStackOverflow(error)) throw error
      if (reads.isUnknown) return unknown
      this.#readAll(part)
      return failureOf(error)
    } finally {
      reads.record = outer
    }
  }

  /** Reads the operands behind one that can't be read, too: they count for what is missing. */
  #readAll({ condition, environment }: Part): void {
    for (const one of operandsIn(condition)) {
      try {
        this.value(one, environment)
      } catch (error) {
        if (isStackOverflow(error)) throw error
      }
    }
  }

  value(operand: Operand, environment: Scope): unknown {
    return this.#computed(operand, environment).value
  }

  #computed(operand: Operand, environment: Scope): ValueOperand {
    const known = this.run(() => bindOperand(operand, environment, this.#context))
    if (known.kind !== 'value') throw beyond()
    return known
  }

  at({ object, field }: Location): unknown {
    return this.reads.arrived(object, field)?.value ?? this.run(() => Reflect.get(object, field) as unknown)
  }

  elements({ from, span }: Some, part: Part): readonly unknown[] | Outcome {
    return this.#read(part, () => {
      const known = this.run(() =>
        withElements(bindOperand(from, part.environment, this.#context), this.#context, span),
      )
      if (known.kind !== 'value') throw beyond()
      // Sound: `withElements` leaves lists of any elements.
      return Array.isArray(known.value)
        ? (known.value as readonly unknown[])
        : fail('type-error', '`in` needs a list.', span)
    })
  }

  // calls

  bodyOf(ref: Ref, part: Part): Part | Outcome {
    const call = this.#read(part, () => this.#callOf(ref, part))
    return has(call, 'body') ? call.body : call
  }

  /** Returns the call of a part, or the same call that is being evaluated. */
  #callOf(ref: Ref, part: Part): Call {
    const call = entryOf(this.#ofParts, part, () => this.#sameCall(part) ?? this.#newCall(ref, part))
    // The machine compares a call with those around it by their arguments, whatever their types are.
    const open = this.#open.get(call.name) ?? call
    if (open.copies !== call.copies) this.#isOfCopy = true
    return open
  }

  /** Returns a call whose arguments no change concerns. */
  #sameCall({ origin }: Part): Call | undefined {
    const call = origin && this.base && !this.touches(origin) ? this.base.#ofParts.get(origin) : undefined
    return (
      call &&
      entryOf(this.#derived, call, () => ({ ...call, body: this.of(call.body), state: 'new', outcome: no, low: 0 }))
    )
  }

  #newCall({ definition, args }: Ref, { environment }: Part): Call {
    const operands = args.map((one) => this.#computed(one, environment))
    const places = args.map((one) => locationOf(this, one, environment))
    const parameterOf = (root: Root) => (root.kind === 'parameter' ? definition.parameters.indexOf(root) : -1)
    const values = (root: Root) => (parameterOf(root) < 0 ? this.action(root) : operands[parameterOf(root)])
    const argumentOf = (root: Root) => {
      const operand = args[parameterOf(root)]
      return operand && { operand, scope: environment }
    }
    const inner: Scope = Object.assign(values, { argumentOf })
    const calls = entryOf(this.#calls, definition, () => new Map<string, Call>())
    // Calls with equal values from different fields differ in the changes that they need.
    const key = operands.map((one, at) => `${this.#copyOf(one)} ${this.#placeOf(places[at])}`).join(' ')
    return entryOf(calls, key, (): Call => {
      const values = definition.arguments.map((one) => this.#computed(one, inner))
      const body = new Part(this, definition.condition, inner)
      // A call without arguments is none of the policy, but, for example, the rest of a rule, or it has no types.
      const name = values.length > 0 ? [definition.name, ...values.map((one) => this.#idOf(one))].join(' ') : body
      const copies = values.map((one) => this.#copyOf(one)).join(' ')
      return { body, name, copies, state: 'new', outcome: no, low: 0 }
    })
  }

  #placeOf(location: Location | undefined): string {
    return location ? `${this.ids.of(location.object)}.${location.field}` : ''
  }

  #idOf({ value, float }: ValueOperand): string {
    return `${this.ids.of(value)}${float ? ' float' : ''}`
  }

  #copyOf({ value, float }: ValueOperand): string {
    return `${this.ids.ofCopy(value)}${float ? ' float' : ''}`
  }

  /**
   * Returns the outcome of a call: the least fixpoint of what is true, and with that of the errors.
   * A call that is met again below itself is false there. An outcome that depends on such a call is
   * provisional until the outermost of them is known.
   */
  #called(call: Call): Outcome {
    if (call.state === 'new') this.#settle(call)
    else if (call.state !== 'known') this.#low = Math.min(this.#low, call.low)
    return call.outcome
  }

  #settle(call: Call): void {
    const [outer, from, depth] = [this.#low, this.#provisional.length, this.#open.size + 1]
    Object.assign(call, { state: 'open', low: depth, outcome: no })
    this.#low = Number.POSITIVE_INFINITY
    this.#open.set(call.name, call)
    call.outcome = this.outcome(call.body)
    this.#open.delete(call.name)
    call.low = this.#low
    this.#low = outer
    if (holds(call.outcome)) {
      call.state = 'known'
      // They counted on the call to be false.
      for (const one of this.#provisional.splice(from)) one.state = 'new'
      return
    }
    call.state = 'provisional'
    this.#provisional.push(call)
    if (call.low < depth) this.#low = Math.min(outer, call.low)
    else this.#spreadErrors(from)
  }

  /** Settles calls that depend on each other, none of which is true: gives each the errors of the others. */
  #spreadErrors(from: number): void {
    const outer = this.#low
    const calls = this.#provisional.slice(from)
    const reopened = calls.filter(({ name }) => !this.#open.has(name))
    for (const call of reopened) this.#open.set(call.name, call)
    for (let isChanged = calls.some(({ outcome }) => fails(outcome)); isChanged; ) {
      isChanged = false
      for (const call of calls) {
        if (fails(call.outcome)) continue
        call.outcome = this.outcome(call.body)
        isChanged ||= fails(call.outcome)
      }
    }
    for (const { name } of reopened) this.#open.delete(name)
    this.#low = outer
    // The outermost call is known. Another one is so only if no copy, which can lack a relation, took part.
    for (const call of this.#provisional.splice(from))
      call.state = this.#isOfCopy && call !== calls.at(-1) ? 'new' : 'known'
    if (from === 0) this.#isOfCopy = false
  }
}

/** A binder counts the parts that it binds; a few of them are enough for any explanation. */
const bindsOfBinder = 50_000

const yes: Outcome = { truth: true }
const no: Outcome = { truth: false }
const unknown: Outcome = { truth: undefined }

/** Of the outcomes of alternatives, that of the highest precedence is the outcome of all. */
function precedence(outcome: Outcome): number {
  if (fails(outcome)) return needsLoading(outcome) ? 2 : 1
  return outcome.truth === undefined ? 3 : 0
}

/** Returns the error of a question that only the machine can answer as a whole. */
function beyond(): QueryError {
  return new QueryError('machine-only', 'Only the query machine can answer this.')
}

/**
 * What the parts of a condition read. With other values for some fields, the outcome of a part is another one only if
 * the part reads one of them, or a part of it does.
 */
class Footprint {
  /** The parts that read a field, by the number of its row and its name. */
  readonly #readers = new Map<string, Set<Part>>()
  /** The parts that a part is a part of; a body can have several callers. */
  readonly #owners = new Map<Part, Part[]>()
  #keys: Map<string, Part[]> | undefined

  constructor(root: Part) {
    this.#owners.set(root, [])
    for (const open = [root]; open.length > 0; ) {
      const part = open.pop()!
      part.world.spend()
      for (const field of part.fieldsRead()) entryOf(this.#readers, field, () => new Set<Part>()).add(part)
      for (const one of part.parts) {
        const owners = this.#owners.get(one)
        if (owners) owners.push(part)
        else {
          this.#owners.set(one, [part])
          open.push(one)
        }
      }
    }
  }

  has(part: Part): boolean {
    return this.#owners.has(part)
  }

  /** Returns the parts that read a changed field, or are true or false by assumption. */
  touchedBy({ reads }: World, assumed: ReadonlyMap<string, boolean>): ReadonlySet<Part> {
    const touched = new Set<Part>()
    for (const field of reads.changedFields()) for (const part of this.#readers.get(field) ?? []) touched.add(part)
    for (const key of assumed.keys()) for (const part of this.#withKeys().get(key) ?? []) touched.add(part)
    return touched
  }

  #withKeys(): ReadonlyMap<string, readonly Part[]> {
    if (this.#keys) return this.#keys
    this.#keys = new Map()
    for (const part of this.#owners.keys()) entryOf(this.#keys, part.key, (): Part[] => []).push(part)
    return this.#keys
  }

  /** Returns the parts whose outcome depends on some parts. */
  above(parts: ReadonlySet<Part>): ReadonlySet<Part> {
    const found = new Set(parts)
    // The set grows.
    for (const part of found) for (const owner of this.#owners.get(part)!) found.add(owner)
    return found
  }
}
