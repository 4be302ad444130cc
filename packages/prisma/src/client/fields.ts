import { writeDenial } from '@arcturus/writes/internal/prisma'
import { type Arguments, isArguments } from '../literal.js'
import type { PrismaModel } from '../schema/schema.js'
import { isReference } from './plainCopy.js'
import type { Questions } from './questions.js'

/** Whether a field may be read: of every row, of none, or of the rows of a `where`. */
export type Visibility = 'all' | 'none' | Arguments

/** Decides which fields the actor may read, by the rules of `allow_field`. */
export class ReadableFields {
  /** @param action - Returns the read action of a model. */
  constructor(
    private readonly questions: Questions,
    private readonly action: (model: string) => string,
  ) {}

  /** Whether the policy has field rules for reading a model. */
  governs(model: string): boolean {
    return this.questions.fieldPolicy(this.action(model), model) !== undefined
  }

  /** Returns which of the rows that may be read show a field. */
  async of(model: string, field: string): Promise<Visibility> {
    if (!this.governs(model)) return 'all'
    const action = this.action(model)
    const shown = await this.questions.filter(action, model, field)
    if (shown.kind !== 'condition') return shown.kind
    if (this.questions.includes(shown, await this.questions.filter(action, model))) return 'all'
    const rows = await this.questions.rows(action, model, 'anywhere', field)
    return rows === true ? 'all' : rows
  }

  /** Returns the columns of a model that not all rows may show. */
  async restricted(model: PrismaModel): Promise<ReadonlyMap<string, 'none' | Arguments>> {
    const found = new Map<string, 'none' | Arguments>()
    if (!this.governs(model.name)) return found
    for (const { name } of model.fields) {
      const visibility = await this.of(model.name, name)
      if (visibility !== 'all') found.set(name, visibility)
    }
    return found
  }

  /**
   * Asserts that a query may depend on fields: order and conditions reveal them.
   * @throws ForbiddenError, UnauthenticatedError if some row that may be read does not show one of them
   */
  async assertUsable(model: string, fields: readonly string[]): Promise<void> {
    if (!this.governs(model)) return
    const hidden: string[] = []
    for (const field of fields) if ((await this.of(model, field)) !== 'all') hidden.push(field)
    if (hidden.length > 0) throw writeDenial(this.questions.actor, true, hidden)
  }

  /** Asserts the same for all references to fields within a value. */
  async assertReferences(value: unknown): Promise<void> {
    if (typeof value !== 'object' || value === null) return
    if (isReference(value)) await this.assertUsable(value.modelName, [value.name])
    else if (Array.isArray(value)) for (const one of value) await this.assertReferences(one)
    else if (isArguments(value) && Object.getPrototypeOf(value) === Object.prototype)
      for (const one of Object.values(value)) await this.assertReferences(one)
  }
}
