import type { UnsupportedOperationError } from '@arcturus/core/internal/prisma'
import { unsupportedOperation } from '../errors.js'
import { type Arguments, isArguments } from '../literal.js'
import { unknownArgument } from './conditions.js'
import { VisibleRows } from './visibleRows.js'

/** Asserts that the order, `distinct` and `cursor` of a query reveal no hidden row and no hidden field. */
export class Orders extends VisibleRows {
  async assertVisible({ orderBy, distinct, cursor }: Arguments, model: string): Promise<void> {
    for (const one of [orderBy].flat()) if (one !== undefined) await this.#order(one, model)
    for (const one of [distinct].flat()) if (one !== undefined) await this.#column(String(one), model)
    if (cursor === undefined) return
    if (!isArguments(cursor)) throw unknownArgument(model, 'cursor', cursor)
    const of = this.tables.model(model)!
    for (const name of Object.keys(cursor)) {
      const unique = of.uniques.find(({ argument }) => argument === name)
      for (const column of unique?.fields ?? [name]) await this.#column(column, model)
    }
  }

  async #column(name: string, model: string): Promise<void> {
    const field = this.tables.field(model, name)
    if (!field || field.kind === 'relation') throw unknownArgument(model, name, undefined)
    await this.fields.assertUsable(model, [name])
  }

  async #order(order: unknown, model: string): Promise<void> {
    if (!isArguments(order)) throw unknownArgument(model, 'orderBy', order)
    for (const [name, value] of Object.entries(order)) {
      const field = this.tables.field(model, name)
      if (value === undefined) continue
      if (field && field.kind !== 'relation') await this.#column(name, model)
      else if (field?.kind === 'relation') {
        await this.fields.assertUsable(model, [name])
        const visible = await this.questions.filter(this.action(field.model), field.model)
        if (visible.kind !== 'all') throw hiddenOrder(model, name)
        // The number of rows of a list, or a column of a single row.
        if (!field.list) await this.#order(value, field.model)
      } else if (aggregates.has(name) && isArguments(value)) {
        for (const column of Object.keys(value)) if (column !== '_all') await this.#column(column, model)
      } else if (name === '_relevance' && isArguments(value)) {
        for (const column of [value['fields']].flat()) await this.#column(String(column), model)
      } else throw unknownArgument(model, `orderBy.${name}`, value)
    }
  }
}

/** The aggregates by which groups are ordered. */
const aggregates: ReadonlySet<string> = new Set(['_count', '_avg', '_sum', '_min', '_max'])

function hiddenOrder(model: string, name: string): UnsupportedOperationError {
  return unsupportedOperation(`The order of ${model} by "${name}" would reveal rows of "${name}" that are hidden.`, {
    hint: 'order by a column of the row itself, or sort the result',
  })
}
