import type { Values } from '@arcturus/core/writes'
import { InsertQueryBuilder, InsertResult, type ObjectLiteral } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { UnsupportedOperationError } from '../errors.js'
import { columnName } from './entityRelations.js'
import { refusedPart } from './facade.js'
import { joinedOf, type Plan } from './plan.js'
import { viaOf } from './relationBuilder.js'
import { changeOf } from './rowChange.js'
import { type Running, sending } from './session.js'
import { announce, returnsRows, written } from './writeBuilders.js'

/** A row of an upsert that exists already. */
interface Existing {
  readonly at: number
  readonly row: Values
  readonly values: ObjectLiteral
}

export class GuardedInsert<Entity extends ObjectLiteral = ObjectLiteral> extends InsertQueryBuilder<Entity> {
  override execute(): Promise<InsertResult> {
    const { onIgnore, insertFromSelect } = this.expressionMap
    if (onIgnore) throw ignored()
    if (insertFromSelect) throw refusedPart('valuesFromSelect')
    if (this.getValueSets().length === 0) return Promise.resolve(new InsertResult())
    return written(this, async (plan, session, entity) => {
      if (entity.isJunction) return await this.#link(plan, session, entity)
      const sets = this.getValueSets()
      const names = sets.map((one) => changeOf(entity, one).names)
      await announce(this, 'BeforeInsert', session, sets)
      const result = await this.#insert(plan, session, entity, sets, names)
      await announce(this, 'AfterInsert', session, sets)
      return result
    })
  }

  async #insert(
    plan: Plan,
    session: Running,
    entity: EntityMetadata,
    sets: readonly ObjectLiteral[],
    names: readonly (readonly string[])[],
  ): Promise<InsertResult> {
    const isRead = returnsRows(this, entity, session)
    const existing = await this.#existing(plan, entity, sets)
    const isNew = (_: unknown, at: number): boolean => !existing.some((one) => one.at === at)
    const columns = this.getInsertedColumns()
    const changes = sets.map((one, at) => ({ ...changeOf(entity, one, columns), names: names[at]! }))
    const rows = changes.filter(isNew)
    const insert = rows.length > 0 ? await plan.insert(entity, rows, isRead) : undefined
    const updates: (() => void)[] = []
    for (const { row, values } of existing) {
      const change = changeOf(entity, values)
      await plan.demanded(entity, [keyIn(entity, row)], await plan.conditions(entity, change))
      updates.push(await plan.update(entity, [row], change, isRead))
    }
    await plan.seal([entity])
    const { callListeners } = this.expressionMap
    const { valuesSet } = this.expressionMap
    const sent = sets.filter(isNew)
    // The keys of the rows are needed.
    Object.assign(this.expressionMap, {
      callListeners: false,
      updateEntity: true,
      onUpdate: undefined,
      valuesSet: sent,
    })
    this.setQueryRunner(session.runner)
    const result = await sending(session, async () => {
      const inserted = new InsertResult()
      for (const part of this.#parts(session, entity, sent, insert?.isTested)) {
        this.expressionMap.valuesSet = part
        const { identifiers, generatedMaps, raw } = await super.execute()
        inserted.identifiers.push(...identifiers)
        inserted.generatedMaps.push(...generatedMaps)
        inserted.raw = inserted.raw === undefined || !Array.isArray(raw) ? raw : [...inserted.raw, ...raw]
      }
      for (const { row, values } of existing) await update(session, entity, keyIn(entity, row), values)
      return inserted
    })
    Object.assign(this.expressionMap, { callListeners, valuesSet })
    insert?.record(result.identifiers)
    for (const apply of updates) apply()
    for (const { at, row } of existing) {
      result.identifiers.splice(at, 0, keyIn(entity, row))
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
    const found: Existing[] = []
    for (const [at, set] of sets.entries()) {
      const { columns } = changeOf(entity, set, keys)
      const key = Object.fromEntries(keys.map((column) => [columnName(column), columns[columnName(column)]]))
      if (Object.values(key).some((value) => value === undefined || value === null || typeof value === 'function'))
        continue
      const [row] = await plan.store.find(
        entity.name,
        plan.store.keyed(entity.name, [key]),
        plan.rules.columnsOf(entity.name),
        true,
      )
      if (row) found.push({ at, row, values: valuesOf(set, written) })
    }
    return found
  }

  /** Inserts rows of a table between two entities. */
  async #link(plan: Plan, session: Running, junction: EntityMetadata): Promise<InsertResult> {
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

function keyIn({ primaryColumns }: EntityMetadata, row: Values): Record<string, unknown> {
  return Object.fromEntries(primaryColumns.map(({ propertyPath }) => [propertyPath, row[propertyPath]]))
}

function unknown(name: string): never {
  throw refusedPart(`orUpdate of "${name}"`)
}

function ignored(): UnsupportedOperationError {
  return new UnsupportedOperationError('unsupported-operation', '`orIgnore` would tell of rows that are hidden.', {
    hint: 'look the rows up first, and insert those that are missing',
  })
}
