import type { Condition, Operand, Ref, Some } from '../condition/condition.js'
import { formOf, labelOf, operandsIn, partsIn } from '../condition/visit.js'
import { ArcturusError } from '../errors.js'
import { Failed, undefinedElement } from '../evaluate/exact/failure.js'
import type { Ids } from './ids.js'
import { type Location, locationOf, named, type Reader, type Scope } from './location.js'
import { operandsOf } from './operands.js'
import type { Outcome } from './outcome.js'
import type { Reads } from './reads.js'

/** The data under which parts are evaluated: the application's own, or that data with changes. */
export interface World extends Reader {
  readonly ids: Ids
  readonly reads: Reads
  /** Returns the value of a field in this world. */
  at(location: Location): unknown
  /** Returns this world with other data, and with leaves that are true or false by assumption. */
  with(reads: Reads, assumed?: ReadonlyMap<string, boolean>): World
  /** Counts a step. @throws QueryError if the time is up. */
  spend(): void
  /** Measures the time anew: explanations are written when they are read. */
  restart(isSearch?: boolean): void
  /** Returns the outcome of a part. */
  outcome(part: Part): Outcome
  /** Returns the elements that a quantifier visits, or its outcome if they can't be read. */
  elements(some: Some, environment: Scope): readonly unknown[] | Outcome
  /** Returns the body of a call, or its outcome if an argument can't be read. */
  bodyOf(ref: Ref, environment: Scope): Part | Outcome
}

/** A part of a condition with the values of its roots, evaluated on demand. */
export class Part {
  /** The outcome of a leaf. */
  known: Outcome | undefined
  #unreadable: Outcome | undefined
  #parts: readonly Part[] | undefined
  #rows: readonly unknown[] = []
  #key: string | undefined
  #outcome: Outcome | undefined

  constructor(
    readonly world: World,
    readonly condition: Condition,
    readonly environment: Scope,
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

  /** The fields that its operands read last. */
  get places(): readonly Location[] {
    return operandsOf(this.condition).flatMap((one) => locationOf(this.world, one, this.environment) ?? [])
  }

  /** Returns another part with the same values. */
  of(condition: Condition): Part {
    return new Part(this.world, condition, this.environment)
  }

  /** Returns this part in a world with other data. */
  in(world: World): Part {
    return new Part(world, this.condition, this.environment)
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
    const { condition, world, environment } = this
    if (condition.kind === 'ref') {
      const body = world.bodyOf(condition, environment)
      return body instanceof Part ? [body] : this.#cannotRead(body)
    }
    if (condition.kind !== 'some') return partsIn(condition).map((one) => this.of(one))
    const rows = world.elements(condition, environment)
    if (!isList(rows)) return this.#cannotRead(rows)
    this.#rows = rows
    return rows.map((row) => (row === undefined ? this.of(undefinedElement(condition.span)) : this.forRow(row)))
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
      if (!(error instanceof Failed) && !(error instanceof ArcturusError)) throw error
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
