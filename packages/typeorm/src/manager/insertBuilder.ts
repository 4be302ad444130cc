import type { UnsupportedOperationError } from '@arcturus/core/internal/typeorm'
import type { Values } from '@arcturus/writes/internal/typeorm'
import { InsertQueryBuilder, InsertResult, type ObjectLiteral } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { unsupportedOperation } from '../errors.js'
import { remember } from '../rows/subscriber.js'
import { modelName } from '../schema/entities.js'
import { columnName } from './entityRelations.js'
import { refusedPart } from './facade.js'
import { joinedOf } from './joined.js'
import type { Plan } from './plan.js'
import { viaOf } from './relationBuilder.js'
import { changesOf, type EntityChange } from './rowChange.js'
import { keyIn } from './rowKeys.js'
import { type Running, sending } from './session.js'
import { announced, isHeard, returnsRows, type Writing, written } from './writeBuilders.js'

/** A row of an upsert that exists already, and what it gets. */
interface Existing {
  readonly at: number
  readonly key: Record<string, unknown>
  readonly values: ObjectLiteral
}

export class GuardedInsert<Entity extends ObjectLiteral = ObjectLiteral> extends InsertQueryBuilder<Entity> {
  override execute(): Promise<InsertResult> {
    const { onIgnore, insertFromSelect, onUpdate } = this.expressionMap
    if (onIgnore) throw ignored()
    if (insertFromSelect) throw refusedPart('valuesFromSelect')
    const sets = this.getValueSets()
    if (sets.length === 0) return Promise.resolve(new InsertResult())
    return written(this, async (writing) => {
      if (writing.entity.isJunction) return await this.#link(writing)
      const { entity, session } = writing
      const columns = this.getInsertedColumns()
      // TypeORM leaves generated keys out for some databases: a row that an upsert names would get another one.
      const keys = [onUpdate?.conflict ?? []].flat().flatMap((name) => entity.findColumnWithDatabaseName(name) ?? [])
      columns.push(...keys.filter((one) => !columns.includes(one)))
      if (keys.length > 0) this.expressionMap.insertColumns = columns.map(({ propertyPath }) => propertyPath)
      const read = changesOf(columns)
      // Listeners can change the values that are written. The caller did not set those.
      const names = isHeard(session, entity) ? sets.map((set) => read(set).names) : undefined
      const change = (at: number): EntityChange => ({ ...read(sets[at]!), ...(names && { names: names[at]! }) })
      return await announced(this, 'Insert', writing, sets, () => this.#insert(writing, sets, change))
    })
  }

  async #insert(
    { plan, session, entity }: Writing,
    sets: readonly ObjectLiteral[],
    change: (at: number) => EntityChange,
  ): Promise<InsertResult> {
    const isRead = returnsRows(this, { plan, session, entity })
    const existing = await this.#existing(plan, entity, sets)
    const known = new Set(existing.map(({ at }) => at))
    const isNew = (_: unknown, at: number): boolean => !known.has(at)
    function* changes(): Iterable<EntityChange> {
      for (const at of sets.keys()) if (!known.has(at)) yield change(at)
    }
    const insert = known.size < sets.length ? await plan.insert(entity, changes(), isRead) : undefined
    const updates = await plan.prepareEach(
      existing.map(({ key, values }) => ({ kind: 'update', entity, change: changesOf(entity.columns)(values), key })),
      isRead,
    )
    await plan.seal([entity])
    const { valuesSet } = this.expressionMap
    const sent = sets.filter(isNew)
    // The keys of the rows are needed.
    Object.assign(this.expressionMap, { updateEntity: true, onUpdate: undefined })
    this.setQueryRunner(session.runner)
    // TypeORM reads its data source several times for each value: that of the manager takes longer than the rest.
    const { dataSource } = session.parts
    const plain: this = Object.create(this, { dataSource: { value: dataSource }, connection: { value: dataSource } })
    const result = await sending(session, async () => {
      const inserted = new InsertResult()
      for (const part of this.#parts(session, entity, sent, insert?.isTested)) {
        this.expressionMap.valuesSet = part
        const { identifiers, generatedMaps, raw } = await super.execute.call(plain)
        inserted.identifiers.push(...identifiers)
        inserted.generatedMaps.push(...generatedMaps)
        inserted.raw = inserted.raw === undefined || !Array.isArray(raw) ? raw : [...inserted.raw, ...raw]
      }
      for (const { at, key, values } of existing) {
        await update(session, entity, key, values)
        remember(sets[at], entity)
      }
      return inserted
    })
    Object.assign(this.expressionMap, { valuesSet })
    // Without a test after the statement, nothing asks which rows it created.
    if (insert?.isTested || updates.length > 0) insert?.record(result.identifiers)
    for (const apply of updates) await apply()
    for (const { at, key } of existing) {
      result.identifiers.splice(at, 0, key)
      result.generatedMaps.splice(at, 0, {})
    }
    return result
  }

  /** Returns the statements that insert rows: a database that does not return the keys it generates gets one for each row. */
  #parts(
    { parts }: Running,
    { primaryColumns }: EntityMetadata,
    sets: readonly ObjectLiteral[],
    isTested: boolean | undefined,
  ): ObjectLiteral[][] {
    const isGenerated = primaryColumns.some((column) => column.isGenerated && column.generationStrategy === 'increment')
    const areOneByOne = isTested && isGenerated && !parts.dataSource.driver.isReturningSqlSupported('insert')
    if (sets.length === 0) return []
    return areOneByOne ? sets.map((one) => [one]) : [[...sets]]
  }

  /** Returns the rows of an upsert that exist, and what each of them gets. */
  async #existing(plan: Plan, entity: EntityMetadata, sets: readonly ObjectLiteral[]): Promise<readonly Existing[]> {
    const { onUpdate } = this.expressionMap
    if (!onUpdate) return []
    const { conflict, overwrite, overwriteCondition, indexPredicate } = onUpdate
    if (!Array.isArray(conflict) || !Array.isArray(overwrite) || overwriteCondition || indexPredicate)
      throw refusedPart('orUpdate with a condition or the name of a constraint')
    const named = (names: readonly string[]) =>
      names.map((name) => entity.findColumnWithDatabaseName(name) ?? unknown(name))
    const [keys, written] = [named(conflict), named(overwrite).filter((one) => !conflict.includes(one.databaseName))]
    const read = changesOf(keys)
    const given = sets.map((set) => {
      const { columns } = read(set)
      const values = keys.map((column) => columns[columnName(column)])
      const isKey = values.every((value) => value !== undefined && value !== null && typeof value !== 'function')
      return isKey ? Object.fromEntries(keys.map((column, at) => [columnName(column), values[at]])) : undefined
    })
    const wanted = given.filter((one) => one !== undefined)
    const columns = [...new Set([...plan.rules.columnsOf(modelName(entity)), ...keys.map(columnName)])]
    const rows = await plan.found(
      modelName(entity),
      wanted,
      await plan.judge.before('read', modelName(entity)),
      columns,
    )
    const found = given.flatMap((one, at) => {
      const row = one && (wanted.length === 1 ? rows[0] : rows.find((own) => isLike(own, one)))
      return row ? [{ at, key: { ...keyIn(entity, row) }, values: valuesOf(sets[at]!, written) }] : []
    })
    if (sets.length === 1 || rows.every((row) => wanted.some((one) => isLike(row, one)))) return found
    // The database takes other values for equal: each row is looked up by itself.
    const each: Existing[] = []
    for (const [at, set] of sets.entries())
      each.push(...(await this.#existing(plan, entity, [set])).map((one) => ({ ...one, at })))
    return each
  }

  /** Inserts rows of a table between two entities. */
  async #link({ plan, session, entity: junction }: Writing): Promise<InsertResult> {
    if (this.expressionMap.onUpdate) throw refusedPart('orUpdate of a table between rows')
    const links = this.getValueSets().map((one) =>
      joinedOf(junction, (column) => column.getEntityValue(one), viaOf(this)),
    )
    const apply = await plan.join(links)
    await plan.seal([])
    this.setQueryRunner(session.runner)
    const result = await sending(session, () => super.execute())
    apply()
    return result
  }
}

function valuesOf(set: ObjectLiteral, columns: readonly ColumnMetadata[]): ObjectLiteral {
  const values: ObjectLiteral = {}
  for (const column of columns) {
    const value: unknown = column.getEntityValue(set)
    if (value !== undefined) column.setEntityValue(values, value)
  }
  return values
}

async function update(
  { parts, runner }: Running,
  entity: EntityMetadata,
  key: ObjectLiteral,
  values: ObjectLiteral,
): Promise<void> {
  if (Object.keys(values).length === 0) return
  const builder = parts.dataSource.createQueryBuilder(runner).update(entity.target).set(values)
  await builder.callListeners(false).whereInIds(key).execute()
}

function isLike(row: Values, values: Values): boolean {
  return Object.entries(values).every(([name, value]) => String(row[name]) === String(value))
}

function unknown(name: string): never {
  throw refusedPart(`orUpdate of "${name}"`)
}

function ignored(): UnsupportedOperationError {
  return unsupportedOperation('`orIgnore` would tell of rows that are hidden.', {
    hint: 'look the rows up first, and insert those that are missing',
  })
}
