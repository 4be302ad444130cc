import { type Authorizer, FALSE, implies, type Load } from '@arcturus/core/internal/writes'
import type { Values } from './change.js'
import { isOwnAction } from './newRow.js'
import {
  type FieldPolicy,
  fieldPolicyOf,
  loadChangeFilter,
  loadRowsFilter,
  type RowsFilter,
  type RowsQuestion,
} from './rowsFilter.js'
import { isWithinScope, type ScopeOf, withinScope } from './scope.js'

/** Answers one operation's questions to the policy, each once, within the application's own scope. */
export class RowQuestions {
  readonly #filters = new Map<string, Promise<RowsFilter>>()
  #isSealed = false

  constructor(
    readonly authorizer: Authorizer,
    readonly actor: unknown,
    private readonly scopeOf: ScopeOf,
    /** Loads relations of rows. */
    readonly load: Load,
  ) {}

  /** Declares that the first row is about to be written: the actor must not be read any more. */
  seal(): void {
    this.#isSealed = true
  }

  /** @param fault - The message of the error if rows are already written. */
  assertUnsealed(fault: string): void {
    if (this.#isSealed) throw new Error(fault)
  }

  /** Binds the actor as it is now. A filter that is needed after the write has to be bound before. */
  filter(action: string, model: string, field?: string): Promise<RowsFilter> {
    const key = JSON.stringify([action, model, field])
    const known = this.#filters.get(key)
    if (known) return known
    this.assertUnsealed(`The filter of ${action} ${model} was not bound before the write.`)
    const filter = this.#bound({ actor: this.actor, action, model, field })
    this.#filters.set(key, filter)
    return filter
  }

  async #bound(question: RowsQuestion): Promise<RowsFilter> {
    try {
      return this.scoped(await this.ofPolicy(question))
    } catch (error) {
      if (!isOwnAction(error, question.action)) throw error
      return { model: question.model, kind: 'none', definite: () => FALSE }
    }
  }

  /** Returns the filter of a question alone, without the scope. It reads nothing more of the actor. */
  protected async ofPolicy(question: RowsQuestion): Promise<RowsFilter> {
    return await loadRowsFilter(this.authorizer, question, { load: this.load, isPart: true })
  }

  /** Binds the actor and a row as they are now to the rules about both states (`allow_update`). */
  async change(model: string, before: object): Promise<RowsFilter> {
    this.assertUnsealed(`The change of ${model} was not bound before the write.`)
    const { authorizer, actor, load } = this
    return this.scoped(await loadChangeFilter(authorizer, { actor, model, before }, { load }))
  }

  /** Returns whether every row of one filter is known to be a row of another. */
  includes(all: RowsFilter, some: RowsFilter): boolean {
    if (all.kind === 'all') return true
    if (all.kind === 'none' || some.kind !== 'condition') return false
    return implies(this.authorizer.schema, some.definite(), all.definite())
  }

  /** Narrows a filter to the scope of its model. */
  protected scoped(filter: RowsFilter): RowsFilter {
    return withinScope(this.authorizer.schema, filter, this.scopeOf(filter.model, this.actor))
  }

  /** Whether a new row is within the scope of its model; undefined if its values do not tell. */
  inScope(model: string, values: Values): boolean | undefined {
    return isWithinScope(this.scopeOf(model, this.actor), values)
  }

  /** Returns the field rules of an action; undefined if every field is allowed. */
  fieldPolicy(action: string, model: string): FieldPolicy | undefined {
    return fieldPolicyOf(this.authorizer, model, action)
  }

  /**
   * Returns a row with its class.
   * @param _isNew - Whether it is not in the database yet, so that nothing is loaded by its key.
   */
  row(model: string, values: Values, _isNew: boolean): object {
    return this.authorizer.as(model, { ...values })
  }
}
