import { type Load, RelationNotLoadedError, type Wanted } from '@arcturus/core/internal/prisma'
import { TooManyRowsError } from '../errors.js'
import { delegateOf, type PrismaClientLike, property } from '../schema/fromClient.js'
import type { PrismaModel, PrismaRelation } from '../schema/schema.js'
import type { Tables } from '../schema/tables.js'
import { LongRelations } from './longRelations.js'
import { tagRows } from './rows.js'
import { Together } from './together.js'

/**
 * Returns a loader of relations through the client. A row that names the other row by its reference
 * need not exist: it may be about to be created.
 *
 * The rows of a relation of one row are found by their references to it. For several requests at the
 * same time, Prisma batches the queries into one for these rows and one for the rows of the relation.
 * @param client - The plain client. The guarded one would record a limited relation as partial. Here
 * a relation beyond its limit throws instead.
 * @param unsaved - Rows that are not in the database: a row with their key would be another row.
 */
export function relationLoader(tables: Tables, client: PrismaClientLike, unsaved: WeakSet<object>): Load {
  const together = new Together()
  const existing = new ExistingRows()
  const long = new LongRelations()
  return async (wanted) => {
    const { object, name, model } = wanted
    const relation = tables.field(model, name)
    if (relation?.kind === 'relation' && relation.owner) {
      if (relation.from.some((column) => property(object, column) === null)) return null
      const other = keyed(relation.to, object, relation.from)
      if (other) return await find(tables, client, wanted, tables.model(relation.model), other)
    }
    if (unsaved.has(object))
      throw notLoaded(wanted, 'the row is not created yet, and its data do not contain the relation')
    const key = tables.model(model)?.key ?? []
    const own = keyed(key, object, key)
    if (!own) throw notLoaded(wanted, 'the row has no key')
    if (long.has(wanted, own)) throw new TooManyRowsError(wanted)
    const complete = (rows: unknown): unknown => {
      if (wanted.most === undefined || !Array.isArray(rows) || rows.length <= wanted.most) return rows
      long.add(wanted, own)
      throw new TooManyRowsError(wanted)
    }
    if (relation?.kind === 'relation' && !relation.owner) {
      const isDirect = tables.isKeptByOthers(relation) && tables.inverse(relation) !== undefined
      if (relation.collated || (isDirect && (await together.isAlone(`${model}.${name}`))))
        return complete(await findReferring(tables, client, wanted, relation, own, existing))
    }
    const row = await find(tables, client, wanted, tables.model(model), own, name)
    if (row === null) throw notLoaded(wanted, 'the row does not exist')
    return complete(property(row, name))
  }
}

/** Returns columns with the values of other columns of a row; undefined if a value is missing. */
function keyed(columns: readonly string[], row: object, from: readonly string[]): object | undefined {
  const values = from.map((column) => property(row, column))
  if (columns.length === 0 || values.some((value) => value === undefined || value === null)) return undefined
  return Object.fromEntries(columns.map((column, index) => [column, values[index]]))
}

/**
 * Finds a row, or a relation of it, by a key.
 * @param name - The requested relation of the row. Default: the row itself.
 * @returns null if there is no such row
 */
async function find(
  tables: Tables,
  client: PrismaClientLike,
  wanted: Wanted,
  model: PrismaModel | undefined,
  key: object,
  name?: string,
): Promise<unknown> {
  const delegate = delegateOf(client, model)
  if (!delegate || !model) throw notLoaded(wanted, 'its model is not in the schema')
  const names = Object.keys(key)
  const unique = model.uniques.find(
    ({ fields }) => fields.length === names.length && fields.every((field) => names.includes(field)),
  )
  const select = name === undefined ? columnsOf(model) : { [name]: selectionOf(tables, wanted) }
  const ask = (method: string, where: object): PromiseLike<unknown> =>
    // Sound: delegates of every Prisma client have both methods.
    Reflect.apply(property(delegate, method) as (args: object) => PromiseLike<unknown>, delegate, [{ where, select }])
  const selector = unique && (names.length > 1 ? { [unique.argument]: key } : key)
  // Prisma batches queries by a unique key and assigns their rows by the key. A row that the database
  // finds by another form of its key is lost, such as a text of another case.
  const row = (selector && (await ask('findUnique', selector))) ?? (await ask('findFirst', key))
  tagRows(tables, model.name, 'findFirst', name === undefined ? {} : { select: { [name]: true } }, undefined, row)
  return row
}

/**
 * Finds the rows of a relation by their references to the row. If they were selected with their row,
 * there would be a query for that row too, and Prisma would leave out rows whose texts are equal only
 * by a collation.
 * @throws RelationNotLoadedError if nothing refers to the row because it does not exist
 */
async function findReferring(
  tables: Tables,
  client: PrismaClientLike,
  wanted: Wanted,
  relation: PrismaRelation,
  own: object,
  existing: ExistingRows,
): Promise<unknown> {
  // Sound: each relation leads to a model of the schema.
  const delegate = delegateOf(client, tables.model(relation.model)) as object
  const inverse = tables.inverse(relation)
  if (!inverse) throw notLoaded(wanted, 'its model has no inverse relation')
  const reference = relation.collated ? undefined : keyed(relation.to, wanted.object, relation.from)
  const operation = relation.list ? 'findMany' : 'findFirst'
  const selection = selectionOf(tables, wanted)
  const args = {
    ...(selection !== true && selection),
    where: reference ?? { [inverse.name]: { [inverse.list ? 'some' : 'is']: own } },
  }
  // Sound: delegates of every Prisma client have both methods.
  const method = property(delegate, operation) as (args: object) => PromiseLike<unknown>
  const rows = await Reflect.apply(method, delegate, [args])
  tagRows(tables, relation.model, operation, {}, undefined, rows)
  if ((rows === null || (Array.isArray(rows) && rows.length === 0)) && !existing.has(wanted)) {
    const row = await find(tables, client, wanted, tables.model(wanted.model), own)
    if (row === null) throw notLoaded(wanted, 'the row does not exist')
  }
  existing.add(wanted)
  return rows
}

/** The rows that exist, by the question or request that found out. */
class ExistingRows {
  readonly #rows = new WeakMap<object, WeakSet<object>>()

  has({ scope, object }: Wanted): boolean {
    return scope !== undefined && this.#rows.get(scope)?.has(object) === true
  }

  add({ scope, object }: Wanted): void {
    if (scope === undefined) return
    const rows = this.#rows.get(scope) ?? new WeakSet()
    this.#rows.set(scope, rows.add(object))
  }
}

/**
 * Selects rows of a relation in the order of their key, for any limit: the result of a check can
 * depend on the order.
 */
function selectionOf(tables: Tables, { relation, most }: Wanted): true | object {
  const model = relation && tables.model(relation.model)
  if (!model) return true
  const select = columnsOf(model)
  if (!relation.many) return { select }
  const orderBy = model.key.map((column) => ({ [column]: 'asc' }))
  return { select, orderBy, ...(most !== undefined && { take: most + 1 }) }
}

/**
 * Returns all columns by their names, including those that the client omits from its results
 * (`omit`).
 */
function columnsOf({ fields }: PrismaModel): object {
  return Object.fromEntries(fields.filter(({ kind }) => kind !== 'relation').map(({ name }) => [name, true]))
}

function notLoaded({ name, model }: Wanted, why: string): RelationNotLoadedError {
  return new RelationNotLoadedError(
    'relation-not-loaded',
    `The relation "${name}" of this ${model} is not loaded and cannot be loaded: ${why}.`,
    {
      hint: `load it with the row: include: { ${name}: true }`,
      data: { model, relation: name },
    },
  )
}
