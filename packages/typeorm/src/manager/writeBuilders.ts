import type { Values } from '@arcturus/core/writes'
import { DeleteQueryBuilder, type ObjectLiteral, type QueryBuilder, UpdateQueryBuilder } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { SoftDeleteQueryBuilder } from 'typeorm/query-builder/SoftDeleteQueryBuilder.js'
import { type PrintedFilter, row } from '../filter/printedFilter.js'
import { quoted } from '../schema/dialect.js'
import { assertGuarded, loading, sessionOfBuilder } from './builders.js'
import { keysOf } from './criteria.js'
import { columnNamed } from './entityRelations.js'
import { refusedPart } from './facade.js'
import { type Joined, joinedOf, keyOf, Plan } from './plan.js'
import { viaOf } from './relationBuilder.js'
import { changeOf, type EntityChange } from './rowChange.js'
import { hidingRows, type Running, sending, transaction } from './session.js'

type AnyBuilder = Pick<QueryBuilder<ObjectLiteral>, 'expressionMap' | 'getParameters'>

/** A statement that writes the rows of a condition. */
interface Conditional extends AnyBuilder {
  /** The keys by which the caller named the rows, if they did. */
  readonly demanded: readonly Values[] | undefined
  /** Returns the SQL of the conditions, with an order and a limit. */
  tail(): string
}

/** Runs a write of a builder in a transaction, with its checks before and after. */
export async function written<Result>(
  builder: AnyBuilder,
  run: (plan: Plan, session: Running, entity: EntityMetadata) => Promise<Result>,
): Promise<Result> {
  const session = sessionOfBuilder(builder)
  const { mainAlias } = builder.expressionMap
  if (!mainAlias?.hasMetadata) throw refusedPart('statement on a table without an entity')
  const { metadata } = mainAlias
  if (metadata.tableType === 'closure-junction') throw refusedPart('statement on a closure table')
  return await hidingRows(session, () =>
    transaction(session, (inner) =>
      loading(async () => {
        assertGuarded(builder as never, inner)
        const plan = new Plan(inner)
        const result = await run(plan, inner, metadata)
        await plan.verify()
        return result
      }),
    ),
  )
}

/** Calls the listeners of an entity, which can change what is written, and write by themselves. */
export async function announce(
  { expressionMap: { callListeners, mainAlias } }: AnyBuilder,
  event: string,
  { runner }: Running,
  values: readonly unknown[] = [undefined],
): Promise<void> {
  if (!callListeners || !mainAlias?.hasMetadata) return
  const broadcast = Reflect.get(runner.broadcaster, 'broadcast') as (...args: unknown[]) => Promise<void>
  for (const one of values) await Reflect.apply(broadcast, runner.broadcaster, [event, mainAlias.metadata, one])
}

/** Returns whether a statement returns rows, which have to be readable as a whole. */
export function returnsRows(
  { expressionMap: { returning } }: AnyBuilder,
  entity: EntityMetadata,
  { tables }: Running,
): boolean {
  if (returning === undefined || returning === '') return false
  if ((typeof returning === 'string' && returning !== '*') || tables.hiddenColumns(entity).size > 0)
    throw refusedPart('returning')
  return true
}

/** Returns the rows that a statement means, and that fulfil conditions. */
async function selected(
  builder: Conditional,
  entity: EntityMetadata,
  plan: Plan,
  session: Running,
  conditions: readonly PrintedFilter[],
): Promise<readonly Values[]> {
  const { parts, tables, runner } = session
  const names = plan.rules.columnsOf(entity.name)
  const quote = (name: string) => quoted(parts.printing.dialect, name)
  const table = tables.of(entity, conditions)
  const alias = quote(entity.tableName)
  const columns = names.map(
    (name, at) => `${alias}.${quote(columnNamed(entity, name).databaseName)} AS ${quote(`c${at}`)}`,
  )
  const lock = parts.printing.dialect === 'sqlite' ? '' : ' FOR UPDATE'
  const sql = `SELECT ${columns.join(', ')} FROM ${table.sql} ${alias}${builder.tail()}${lock}`
  const { driver } = parts.dataSource
  const given = { ...builder.getParameters(), ...tables.parameters, ...table.parameters }
  const [query, parameters] = driver.escapeQueryWithParameters(sql, given)
  const raw = (await runner.query(query, parameters)) as readonly ObjectLiteral[]
  const rows = raw.map((one) =>
    Object.fromEntries(
      names.map((name, at) => [name, driver.prepareHydratedValue(one[`c${at}`], columnNamed(entity, name))]),
    ),
  )
  const { demanded } = builder
  // A row that is named by its key has to allow the statement, also if other conditions leave it out.
  if (demanded && rows.length < demanded.length) await plan.demanded(entity, demanded, conditions)
  return rows
}

/** Restricts a statement to rows that were found, and lets it be sent. */
async function send<Result>(
  builder: AnyBuilder & {
    setQueryRunner(runner: Running['runner']): unknown
    setParameters(values: ObjectLiteral): unknown
  },
  plan: Plan,
  session: Running,
  entity: EntityMetadata,
  rows: readonly Values[],
  execute: () => Promise<Result>,
): Promise<Result> {
  await plan.seal([entity])
  const key = entity.primaryColumns.map(({ propertyPath }) => propertyPath)
  const keys = rows.map((one) => Object.fromEntries(key.map((name) => [name, one[name]])))
  const where = plan.store.keyed(entity.name, keys)
  builder.setParameters(where.parameters)
  builder.setQueryRunner(session.runner)
  Object.assign(builder.expressionMap, {
    wheres: [{ type: 'simple', condition: where.sql.replaceAll(row, '') }],
    orderBys: {},
    limit: undefined,
    callListeners: false,
  })
  return await sending(session, execute)
}

export class GuardedUpdate<Entity extends ObjectLiteral = ObjectLiteral>
  extends UpdateQueryBuilder<Entity>
  implements Conditional
{
  demanded: readonly Values[] | undefined

  override execute(): ReturnType<UpdateQueryBuilder<Entity>['execute']> {
    return written(this, async (plan, session, entity) => {
      if (entity.isJunction) throw refusedPart('update of a table between rows')
      const values = [this.expressionMap.valuesSet ?? {}].flat()[0]!
      const { names } = changeOf(entity, values)
      await announce(this, 'BeforeUpdate', session, [values])
      const change: EntityChange = {
        ...changeOf(
          entity,
          values,
          entity.columns.filter(({ isUpdate }) => isUpdate),
        ),
        names,
      }
      const conditions = await plan.conditions(entity, change)
      const rows = await selected(this, entity, plan, session, conditions)
      const apply = await plan.update(entity, rows, change, returnsRows(this, entity, session))
      const { callListeners } = this.expressionMap
      const result = await send(this, plan, session, entity, rows, () => super.execute())
      apply()
      this.expressionMap.callListeners = callListeners
      await announce(this, 'AfterUpdate', session, [values])
      return result
    })
  }

  override where(...[where, parameters]: Parameters<UpdateQueryBuilder<Entity>['where']>): this {
    super.where(where, parameters)
    this.demanded = namedKeys(this, where)
    return this
  }

  override whereInIds(ids: unknown): this {
    super.whereInIds(ids)
    this.demanded = namedKeys(this, ids, true)
    return this
  }

  tail(): string {
    const sql = `${this.createWhereExpression()}${this.createOrderByExpression()}${this.createLimitExpression()}`
    return this.replacePropertyNamesForTheWholeQuery(sql)
  }
}

export class GuardedDelete<Entity extends ObjectLiteral = ObjectLiteral>
  extends DeleteQueryBuilder<Entity>
  implements Conditional
{
  demanded: readonly Values[] | undefined

  override execute(): ReturnType<DeleteQueryBuilder<Entity>['execute']> {
    return written(this, async (plan, session, entity) => {
      if (entity.isJunction) return await this.#unlink(plan, session, entity)
      await announce(this, 'BeforeRemove', session)
      if (returnsRows(this, entity, session)) throw refusedPart('returning')
      const rows = await selected(this, entity, plan, session, await plan.judge.before('delete', entity.name))
      keyOf(entity)
      const apply = await plan.delete(entity, rows)
      const { callListeners } = this.expressionMap
      const result = await send(this, plan, session, entity, rows, () => super.execute())
      await apply()
      this.expressionMap.callListeners = callListeners
      await announce(this, 'AfterRemove', session)
      return result
    })
  }

  override where(...[where, parameters]: Parameters<DeleteQueryBuilder<Entity>['where']>): this {
    super.where(where, parameters)
    this.demanded = namedKeys(this, where)
    return this
  }

  override whereInIds(ids: unknown): this {
    super.whereInIds(ids)
    this.demanded = namedKeys(this, ids, true)
    return this
  }

  tail(): string {
    return this.replacePropertyNamesForTheWholeQuery(this.createWhereExpression())
  }

  /** Deletes rows of a table between two entities. */
  async #unlink(
    plan: Plan,
    session: Running,
    junction: EntityMetadata,
  ): ReturnType<DeleteQueryBuilder<Entity>['execute']> {
    const { parts, tables, runner } = session
    const alias = quoted(parts.printing.dialect, junction.tableName)
    const sql = `SELECT ${alias}.* FROM ${tables.table(junction.tablePath).sql} ${alias}${this.tail()}`
    const given = { ...this.getParameters(), ...tables.parameters }
    const [query, parameters] = parts.dataSource.driver.escapeQueryWithParameters(sql, given)
    const raw = (await runner.query(query, parameters)) as readonly ObjectLiteral[]
    const links: readonly Joined[] = raw.map((one) =>
      joinedOf(junction, (column) => one[column.databaseName], viaOf(this)),
    )
    const apply = await plan.join(links)
    await plan.seal([])
    const ends = [...junction.ownerColumns, ...junction.inverseColumns]
    const found = raw.map((one, row) => {
      for (const [at, { databaseName }] of ends.entries()) this.setParameter(`arc_${row}_${at}`, one[databaseName])
      return `(${ends.map(({ databaseName }, at) => `${quoted(parts.printing.dialect, databaseName)} = :arc_${row}_${at}`).join(' AND ')})`
    })
    this.expressionMap.wheres = [{ type: 'simple', condition: found.join(' OR ') || '1 = 0' }]
    this.setQueryRunner(runner)
    const result = await sending(session, () => super.execute())
    apply()
    return result
  }
}

export class GuardedSoftDelete<Entity extends ObjectLiteral = ObjectLiteral>
  extends SoftDeleteQueryBuilder<Entity>
  implements Conditional
{
  demanded: readonly Values[] | undefined

  override execute(): ReturnType<SoftDeleteQueryBuilder<Entity>['execute']> {
    return written(this, async (plan, session, entity) => {
      const isRestored = this.expressionMap.queryType === 'restore'
      await announce(this, isRestored ? 'BeforeRecover' : 'BeforeSoftRemove', session)
      if (returnsRows(this, entity, session)) throw refusedPart('returning')
      const change = { columns: {}, names: [] }
      const conditions = isRestored
        ? await plan.conditions(entity, change)
        : await plan.judge.before('delete', entity.name)
      const rows = await selected(this, entity, plan, session, conditions)
      const apply = isRestored
        ? await plan.update(entity, rows, change)
        : () => plan.rules.ledger.deleted(entity.name, rows)
      const { callListeners } = this.expressionMap
      const result = await send(this, plan, session, entity, rows, () => super.execute())
      apply()
      this.expressionMap.callListeners = callListeners
      await announce(this, isRestored ? 'AfterRecover' : 'AfterSoftRemove', session)
      return result
    })
  }

  override where(...[where, parameters]: Parameters<SoftDeleteQueryBuilder<Entity>['where']>): this {
    super.where(where, parameters)
    this.demanded = namedKeys(this, where)
    return this
  }

  override whereInIds(ids: unknown): this {
    super.whereInIds(ids)
    this.demanded = namedKeys(this, ids, true)
    return this
  }

  tail(): string {
    const sql = `${this.createWhereExpression()}${this.createOrderByExpression()}${this.createLimitExpression()}`
    return this.replacePropertyNamesForTheWholeQuery(sql)
  }
}

/** Returns the keys by which criteria name the rows of a builder. */
function namedKeys(
  { expressionMap: { mainAlias } }: AnyBuilder,
  criteria: unknown,
  areIds = false,
): readonly Values[] | undefined {
  if (!mainAlias?.hasMetadata || (!areIds && (typeof criteria !== 'object' || criteria === null))) return undefined
  return keysOf(criteria, mainAlias.metadata)
}
