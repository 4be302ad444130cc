import type { UnsupportedOperationError } from '@arcturus/core/internal/prisma'
import { unsupportedOperation } from '../errors.js'
import { type Arguments, isArguments } from '../literal.js'
import type { PrismaRelation } from '../schema/schema.js'
import type { Rows } from './questions.js'
import { VisibleRows } from './visibleRows.js'

/**
 * Rewrites the conditions of a caller's `where`, so that they see no hidden row and no hidden field:
 * a related row that may not be read counts as missing.
 */
export class Conditions extends VisibleRows {
  /**
   * @param isPositive - Whether the condition has to be right where it is true. Below `NOT` it has to
   * be right where it is false: conditions of Prisma can be neither, for a column without a value.
   */
  async where(given: unknown, model: string, isPositive = true): Promise<Arguments> {
    if (!isArguments(given)) throw unknownArgument(model, 'where', given)
    const parts: Arguments[] = []
    const own: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(given)) {
      if (value === undefined) continue
      if (name === 'AND' || name === 'OR' || name === 'NOT') {
        own[name] = await this.#connected(value, model, name === 'NOT' ? !isPositive : isPositive)
        continue
      }
      const field = this.tables.field(model, name)
      const unique = field ? undefined : this.tables.model(model)?.uniques.find(({ argument }) => argument === name)
      await this.fields.assertUsable(model, unique ? unique.fields : [name])
      if (field?.kind === 'relation') parts.push(await this.#related(field, value, isPositive))
      else if (field || unique) {
        await this.fields.assertReferences(value)
        own[name] = value
      } else throw unknownArgument(model, name, value)
    }
    if (parts.length === 0) return own
    const [only] = parts
    if (Object.keys(own).length === 0 && parts.length === 1) return only!
    const { AND, ...rest } = own
    return { ...rest, AND: [...(Array.isArray(AND) ? AND : AND === undefined ? [] : [AND]), ...parts] }
  }

  async #connected(value: unknown, model: string, isPositive: boolean): Promise<unknown> {
    if (!Array.isArray(value)) return await this.where(value, model, isPositive)
    const found: Arguments[] = []
    for (const one of value) found.push(one === undefined ? {} : await this.where(one, model, isPositive))
    return found
  }

  async #related(relation: PrismaRelation, value: unknown, isPositive: boolean): Promise<Arguments> {
    const visible = await this.questions.rows(this.action(relation.model), relation.model)
    const { name } = relation
    if (relation.list) return await this.#some(relation, value, visible)
    if (value === null) return await this.#isMissing(relation, visible, isPositive)
    if (!isArguments(value)) throw unknownArgument(relation.model, name, value)
    const ways = Object.keys(value)
    if (!ways.some((way) => way === 'is' || way === 'isNot'))
      return await this.#is(relation, value, visible, isPositive)
    const found: Arguments[] = []
    for (const way of ways) {
      const where = value[way]
      if (way !== 'is' && way !== 'isNot') throw unknownArgument(relation.model, `${name}.${way}`, where)
      if (where === undefined) continue
      const isNot = way === 'isNot'
      const inner =
        where === null
          ? await this.#isMissing(relation, visible, isPositive !== isNot)
          : await this.#is(relation, where, visible, isPositive !== isNot)
      found.push(isNot ? { NOT: inner } : inner)
    }
    return found.length === 1 ? found[0]! : { AND: found }
  }

  async #some({ name, model }: PrismaRelation, value: unknown, visible: Rows): Promise<Arguments> {
    if (!isArguments(value)) throw unknownArgument(model, name, value)
    const found: Arguments[] = []
    for (const [way, given] of Object.entries(value)) {
      if (given === undefined) continue
      if (way !== 'some' && way !== 'none' && way !== 'every') throw unknownArgument(model, `${name}.${way}`, given)
      // A row that matches or not: the database does not look further, so each of them begins anew.
      const where = await this.where(given, model, way !== 'every')
      const isEmpty = Object.keys(where).length === 0
      if (way === 'every' && isEmpty) continue
      const condition = way === 'every' ? { NOT: where } : where
      const inner = visible === true ? condition : isEmpty ? visible : { AND: [condition, visible] }
      found.push({ [name]: { [way === 'some' ? 'some' : 'none']: inner } })
    }
    return found.length === 1 ? found[0]! : { AND: found }
  }

  /** A related row that may be read, and for which a condition is true. */
  async #is(relation: PrismaRelation, given: unknown, visible: Rows, isPositive: boolean): Promise<Arguments> {
    const where = await this.where(given, relation.model, isPositive)
    const is = { [relation.name]: { is: where } }
    if (visible === true) return is
    if (isPositive) return { [relation.name]: { is: { AND: [where, visible] } } }
    return { NOT: { OR: [...(await this.#missing(relation)), { NOT: is }] } }
  }

  /** No related row, or one that may not be read. */
  async #isMissing(relation: PrismaRelation, visible: Rows, isPositive: boolean): Promise<Arguments> {
    if (visible === true) return { [relation.name]: { is: null } }
    if (!isPositive) return { NOT: { [relation.name]: { is: visible } } }
    return { OR: await this.#missing(relation) }
  }

  async #missing({ name, model, nullable }: PrismaRelation): Promise<Arguments[]> {
    const hidden = await this.questions.hidden(this.action(model), model)
    return [...(nullable ? [{ [name]: { is: null } }] : []), ...(hidden ? [{ [name]: { is: hidden } }] : [])]
  }
}

export function unknownArgument(model: string, name: string, value: unknown): UnsupportedOperationError {
  return unsupportedOperation(`An authorized client does not know the argument \`${name}\` of ${model}.`, {
    hint: 'check its spelling; validate arguments from requests first',
    data: { model, argument: name, value },
  })
}
