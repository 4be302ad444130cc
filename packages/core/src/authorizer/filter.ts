import type { Condition, Definite } from '../condition/condition.js'
import { printCondition } from '../condition/print.js'
import { descending } from '../condition/stack.js'
import { demandKnownRows } from '../filter/algebra/knownRow.js'
import { FALSE, TRUE } from '../filter/algebra/logic.js'
import { compact } from '../filter/compact/compact.js'
import { definite } from '../filter/definite/definite.js'
import { bailOut } from '../predicate/bail.js'
import { Budget, limitError } from '../predicate/budget.js'
import { compileClosures } from '../predicate/closures/closures.js'
import type { Predicate } from '../predicate/compiler.js'
import type { Meaning } from '../predicate/meaning.js'
import { mayBePartial } from '../schema/partial.js'
import type { Unloaded } from '../schema/wanted.js'
import { assertRow } from './arguments.js'
import { isForMachine } from './plans.js'

export interface LoadingOptions {
  /**
   * How many rows of a relation of the actor's side are loaded; where there are more, the filter fails as its loader does. Default:
   * all there are.
   */
  readonly most?: number | undefined
}

export interface FilterOptions {
  /**
   * What a relation of the actor is that is not loaded: an error (the default), or left in the database, to be read there with
   * the rows (an actor with thousands of memberships). A row that is gone from the database has none, and nothing is granted
   * because of what it does not have.
   */
  readonly unloaded?: Unloaded
}

/** Stands for no class: what no object has as its constructor. */
const none = Symbol('no class')

/**
 * The rows of one model on which one actor may do one action: a condition on the row alone. A row is in it exactly when the
 * check returns true.
 */
export class Filter {
  /** Name of the model whose rows it selects. */
  readonly model: string
  readonly actor: unknown
  readonly action: string
  /** `all` rows, `none`, or those for which the `condition` is true. */
  readonly kind: 'all' | 'none' | 'condition'
  readonly condition: Condition
  readonly #meaning: Meaning
  readonly #check: (row: unknown) => boolean
  // Made once for all who use this filter, of its condition alone.
  #predicate: Predicate | undefined
  /** A class all of whose instances are rows of the model: the one of the last row. */
  #class: unknown = none
  #definite: Definite | undefined

  /** @param check - Answers for a row that the condition alone can't decide; the machine. */
  constructor(
    model: string,
    actor: unknown,
    action: string,
    condition: Condition,
    meaning: Meaning,
    check: (row: unknown) => boolean,
  ) {
    this.model = model
    this.actor = actor
    this.action = action
    this.condition = condition
    this.kind = condition.kind === 'true' ? 'all' : condition.kind === 'false' ? 'none' : 'condition'
    this.#meaning = meaning
    this.#check = check
  }

  /**
   * The filter for a printer: only true or false for every row.
   * @throws UnsupportedFilterError for what can't be said in terms of fields and relations that the schema declares; QueryError
   * `filter-too-large`, and `time-limit` where it takes longer than `limits.syncTime`.
   */
  definite(): Definite {
    if (this.kind !== 'condition') return this.kind === 'all' ? TRUE : FALSE
    this.#definite ??= descending(() => this.#writeDefinite())
    return this.#definite
  }

  #writeDefinite(): Definite {
    const { schema, limits } = this.#meaning
    // Its steps were counted when the actor was put in.
    const budget = Budget.of({ steps: Number.POSITIVE_INFINITY, syncTime: limits.syncTime }, 1, limitError)()
    return demandKnownRows(compact(schema, definite(this.condition, schema, { budget }), budget))
  }

  /**
   * Whether a row in memory is one of them, its relations loaded.
   * @returns false also where the check of this row would be an error, and for a row of another model.
   * @throws RelationNotLoadedError where a relation that decides is not on the row; ArgumentError for what is no row.
   */
  matches(row: unknown): boolean {
    assertRow(row, 'matches(row)')
    if (!this.#isOfModel(row)) return false
    if (mayBePartial(row)) return this.#check(row)
    try {
      this.#predicate ??= isForMachine(this.condition) ? bailOut : compileClosures(this.condition, this.#meaning)
      return this.#predicate(this.actor, this.action, row)
    } catch {
      // Whatever went wrong, the check says it: an answer, or an error that keeps the row out.
      return this.#check(row)
    }
  }

  /** Whether a row is one of the model, or of none that is known. */
  #isOfModel(row: object): boolean {
    if (row.constructor === this.#class) return true
    const { schema } = this.#meaning
    const model = schema.baseOf(row)
    if (!model) return true
    if (!schema.isSubclass(model.name, this.model))
      return schema.modelOf(row) === undefined && schema.isSubclass(this.model, model.name)
    if (model.class === row.constructor) this.#class = model.class
    return true
  }

  /** The condition as a text to read; rows are told by their keys. */
  toString(): string {
    return descending(() => printCondition(this.condition, this.#meaning.schema))
  }
}
