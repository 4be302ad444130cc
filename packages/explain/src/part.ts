import {
  ArcturusError,
  type Condition,
  Fault,
  formOf,
  labelOf,
  type Operand,
  operandsIn,
  partsIn,
  type Ref,
  type Some,
  undefinedElement,
} from '@arcturus/core/internal/explain'
import type { Ids } from './ids.js'
import { type Location, locationOf, named, type Reader, type Scope, sidesOf } from './location.js'
import { operandsOf } from './operands.js'
import type { Outcome } from './outcome.js'
import type { Reads } from './reads.js'

/** The data under which parts are evaluated: the application's own, or that data with changes. */
export interface World extends Reader {
  readonly ids: Ids
  readonly reads: Reads
  /** Returns the value of a field in this world. */
  at(location: Location): unknown
  /** Returns a part of the data without changes in this world: the part itself if no change concerns it. */
  of(part: Part): Part
  /** The parts of the unchanged data that read a changed field directly. */
  readonly touched: Iterable<Part>
  /** Returns whether changes concern what a part reads itself, for a part of the data without changes. */
  touches(part: Part): boolean
  /** Returns this world with other data, and with leaves that are true or false by assumption. */
  with(reads: Reads, assumed?: ReadonlyMap<string, boolean>): World
  /** Counts a step. @throws QueryError if the time is up. */
  spend(): void
  /** Measures the time anew: explanations are written when they are read. */
  restart(isSearch?: boolean): void
  /** Returns the outcome of a part. */
  outcome(part: Part): Outcome
  /** Returns the elements that a quantifier visits, or its outcome if they can't be read. */
  elements(some: Some, part: Part): readonly unknown[] | Outcome
  /** Returns the body of a call, or its outcome if an argument can't be read. */
  bodyOf(ref: Ref, part: Part): Part | Outcome
}

/** A part of a condition with the values of its roots, evaluated on demand. */
export class Part {
  /** The outcome of a leaf. */
  known: Outcome | undefined
  /** The fields that it has read. */
  readonly read: Set<string> = new Set()
  #unreadable: Outcome | undefined
  #parts: readonly Part[] | undefined
  #rows: readonly unknown[] = []
  #key: string | undefined
  #outcome: Outcome | undefined

  constructor(
    readonly world: World,
    readonly condition: Condition,
    readonly environment: Scope,
    /** The same part of the data without changes, if it is one of its parts. */
    readonly origin?: Part | undefined,
  ) {}

  /**
   * The parts of a conjunction, disjunction or negation, the body of a call, and one part for each
   * row of a quantifier. None if the list or an argument can't be read.
   */
  get parts(): readonly Part[] {
    this.#parts ??= this.#divide()
    return this.#parts
  }

  /** The rows of a quantifier, in the order of its parts. */
  get rows(): readonly unknown[] {
    return this.parts.length > 0 ? this.#rows : []
  }

  /** The outcome of a quantifier or call whose list or argument can't be read. */
  get unreadable(): Outcome | undefined {
    this.#parts ??= this.#divide()
    return this.#unreadable
  }

  /** The outcome of the part by itself. */
  get outcome(): Outcome {
    this.#outcome ??= this.world.outcome(this)
    return this.#outcome
  }

  /** The fields that its operands read last, first the one that a change of the part is about. */
  get places(): readonly Location[] {
    const { condition, environment } = this
    const operands = condition.kind === 'compare' ? sidesOf(condition, environment) : operandsOf(condition)
    return operands.flatMap((one) => locationOf(this.world, one, environment) ?? [])
  }

  /** Returns another part with the same values. */
  of(condition: Condition): Part {
    return new Part(this.world, condition, this.environment)
  }

  /** Returns this part in a world with other data. */
  in(world: World): Part {
    return world.of(this.origin ?? this)
  }

  /** Returns the fields that it reads itself: as a leaf, or for its list or its arguments. */
  fieldsRead(): Iterable<string> {
    if (this.form === 'leaf') this.world.outcome(this)
    else this.#parts ??= this.#divide()
    return this.read
  }

  /** Returns the body of a quantifier for a row. */
  forRow(row: unknown): Part {
    const { condition, environment, world } = this
    if (condition.kind !== 'some') throw new TypeError('only quantifiers have rows')
    const { each, where } = condition
    const inner: Scope = (root) => (root === each ? { kind: 'value', value: row } : environment(root))
    return new Part(world, where, Object.assign(inner, { argumentOf: environment.argumentOf }))
  }

  /** How its parts decide its outcome. A call has one part, its body; a leaf has none. */
  get form(): 'all' | 'any' | 'not' | 'call' | 'leaf' {
    return formOf(this.condition) ?? (this.condition.kind === 'ref' ? 'call' : 'leaf')
  }

  #divide(): readonly Part[] {
    const { condition, world, origin } = this
    if (condition.kind === 'ref') {
      const body = world.bodyOf(condition, this)
      return body instanceof Part ? [body] : this.#cannotRead(body)
    }
    if (origin && !world.touches(origin)) {
      this.#rows = origin.rows
      this.#unreadable = origin.unreadable
      return origin.parts.map((one) => world.of(one))
    }
    if (condition.kind !== 'some') return partsIn(condition).map((one) => this.of(one))
    const rows = world.elements(condition, this)
    if (!isList(rows)) return this.#cannotRead(rows)
    this.#rows = rows
    return rows.map((row) => {
      if (row === undefined) return this.of(undefinedElement(condition.span))
      const at = origin ? origin.rows.indexOf(row) : -1
      return at < 0 ? this.forRow(row) : world.of(origin!.parts[at]!)
    })
  }

  #cannotRead(outcome: Outcome): readonly Part[] {
    this.#unreadable = outcome
    return []
  }

  /** A text that is equal for leaves that are the same question about the same data. */
  get key(): string {
    this.#key ??= this.#keyOf(this.condition)
    return this.#key
  }

  #keyOf(condition: Condition): string {
    const operator = labelOf(condition) === '==' ? '=' : labelOf(condition)
    const keys = operandsIn(condition).map((one) => this.#operandKey(one))
    if (operator === '=' || operator === '!=') keys.sort()
    const own = ownIdentity(condition)
    return [operator, ...(own ? [this.world.ids.of(own)] : []), ...keys].join(' ')
  }

  #operandKey(operand: Operand): string {
    const location = locationOf(this.world, operand, this.environment)
    if (location) return `${this.world.ids.of(location.object)}.${location.field}`
    // Two constants of one value can change apart.
    const { operand: own } = named(operand, this.environment)
    if (own.kind === 'constant') return `constant ${own.name}`
    if (operand.kind === 'list') return `[${operand.elements.map((one) => this.#operandKey(one)).join(' ')}]`
    try {
      return `=${this.world.ids.of(this.world.value(operand, this.environment))}`
    } catch (error) {
      if (!(error instanceof Fault) && !(error instanceof ArcturusError)) throw error
      return `?${this.world.ids.of(operand)}`
    }
  }
}

/** Returns what a condition is, beside its label and its operands; undefined if it is nothing else. */
function ownIdentity(condition: Condition): object | undefined {
  if (condition.kind === 'ref') return condition.definition
  if (condition.kind === 'opaque') return condition.goal.expression
  return partsIn(condition).length > 0 || operandsIn(condition).length === 0 ? condition : undefined
}

/** `Array.isArray` does not narrow to a read-only list. */
function isList(value: readonly unknown[] | Outcome): value is readonly unknown[] {
  return Array.isArray(value)
}
