import type { Condition, Definite } from '../../condition/condition.js'
import { printCondition } from '../../condition/print.js'
import { descending } from '../../condition/stack.js'
import { linkPredicate } from '../../evaluate/check.js'
import { demandKnownRows } from '../../filter/algebra/knownRow.js'
import { FALSE, TRUE } from '../../filter/algebra/logic.js'
import { compact } from '../../filter/compact/compact.js'
import { definite } from '../../filter/definite/definite.js'
import { bailOut } from '../../predicate/bail.js'
import { Budget, limitError } from '../../predicate/budget.js'
import type { Meaning } from '../../predicate/meaning.js'
import type { Predicate } from '../../predicate/predicate.js'
import { nearestModel } from '../../schema/classes.js'
import { mayBePartial } from '../../schema/partial.js'
import type { Unloaded } from '../../schema/wanted.js'
import { discardingErrors } from '../../values/metErrors.js'
import { assertRow } from '../arguments.js'
import { isForMachine } from '../plans/plans.js'
import type { BoundCondition } from './boundConditions.js'

export interface LoadingOptions {
  /**
   * The maximum number of rows to load for a relation of the actor's side. If there are more, the
   * filter fails with the error of the loader. Default: no maximum.
   */
  readonly most?: number | undefined
}

export interface FilterOptions {
  /**
   * The treatment of a relation of the actor that is not loaded. `error`, the default, throws.
   * `database` leaves it in the database, to be read with the rows, for example for an actor with
   * thousands of memberships. A deleted row has no relations there, and missing relations grant
   * nothing.
   */
  readonly unloaded?: Unloaded
}

/** Runs a part of a question in its context. */
export type Run = <Value>(part: () => Value) => Value

/** A placeholder for no class: no object has it as its constructor. */
const none = Symbol('no class')

/**
 * The filter of the rows of one model on which one actor may perform one action: a condition on the
 * row alone. A row is in the filter exactly if the check returns true.
 */
export class Filter {
  /** `all` rows, `none`, or the rows for which the `condition` is true. */
  readonly kind: 'all' | 'none' | 'condition'
  readonly condition: Condition
  readonly #bound: BoundCondition
  readonly #meaning: Meaning
  readonly #check: (row: unknown) => boolean
  readonly #run: Run
  // Compiled once from the condition alone, for all users of this filter.
  #predicate: Predicate | undefined
  /** The class of the last row: all its instances are rows of the model. */
  #class: unknown = none

  /**
   * @param check - Checks a row that the condition alone can't decide, by the machine.
   * @param run - Runs the condition in the context of the filter.
   * @param rebound - Binds a condition to the known value, as the filter's own was bound.
   */
  constructor(
    /** The name of the model whose rows it selects. */
    readonly model: string,
    readonly actor: unknown,
    readonly action: string,
    bound: BoundCondition,
    meaning: Meaning,
    check: (row: unknown) => boolean,
    run: Run,
    readonly rebound: (condition: Condition) => Condition,
  ) {
    const { condition } = bound
    this.condition = condition
    this.#bound = bound
    this.kind = condition.kind === 'true' ? 'all' : condition.kind === 'false' ? 'none' : 'condition'
    this.#meaning = meaning
    this.#check = check
    this.#run = run
  }

  /**
   * Returns the filter in the form for printers: it is true or false for every row, never an error.
   * @throws UnsupportedFilterError if the condition has no translation to declared fields and
   * relations; QueryError `filter-too-large`, or `time-limit` if it takes longer than
   * `limits.syncTime`.
   */
  definite(): Definite {
    if (this.kind !== 'condition') return this.kind === 'all' ? TRUE : FALSE
    this.#bound.definite ??= descending(() => this.#writeDefinite())
    return this.#bound.definite
  }

  #writeDefinite(): Definite {
    const { schema, limits } = this.#meaning
    // The steps were counted when the actor was substituted.
    const budget = Budget.of({ steps: Number.POSITIVE_INFINITY, syncTime: limits.syncTime }, 1, limitError)()
    return demandKnownRows(compact(schema, definite(this.condition, schema, { budget }), budget))
  }

  /**
   * Returns whether a row in memory, with its relations loaded, is in the filter.
   * @returns False also if the check of this row would be an error, and for a row of another model.
   * @throws RelationNotLoadedError if a needed relation is missing on the row; ArgumentError for a
   * value that is not a row.
   */
  matches(row: unknown): boolean {
    assertRow(row, 'matches(row)')
    if (!this.#isOfModel(row)) return false
    if (mayBePartial(row)) return this.#check(row)
    return this.#decided(row) ?? this.#check(row)
  }

  /** Decides by the condition alone. If it is undecided, the check has a result, or an error that keeps the row out. */
  #decided(row: unknown): boolean | undefined {
    try {
      const predicate = this.#compiled()
      return discardingErrors(() => this.#run(() => predicate(this.actor, this.action, row)))
    } catch {
      return undefined
    }
  }

  #compiled(): Predicate {
    this.#predicate ??= isForMachine(this.condition) ? bailOut : linkPredicate(this.condition, this.#meaning)
    return this.#predicate
  }

  /** Returns whether a row is of the model, or of no known model. */
  #isOfModel(row: object): boolean {
    if (row.constructor === this.#class) return true
    const { schema } = this.#meaning
    const model = schema.baseOf(row)
    if (!model) {
      const nearest = nearestModel(schema, row)
      return nearest === undefined || schema.isSubclass(nearest.name, this.model)
    }
    if (!schema.isSubclass(model.name, this.model))
      return schema.modelOf(row) === undefined && schema.isSubclass(this.model, model.name)
    if (model.class === row.constructor) this.#class = model.class
    return true
  }

  /** Returns the condition as readable text, with rows written as their keys. */
  toString(): string {
    return descending(() => printCondition(this.condition, this.#meaning.schema))
  }
}
