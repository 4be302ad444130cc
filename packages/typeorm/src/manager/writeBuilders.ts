import { isStored } from '@arcturus/core/internal/typeorm'
import type { Values } from '@arcturus/writes/internal/typeorm'
import { DeleteQueryBuilder, type ObjectLiteral, type QueryBuilder, UpdateQueryBuilder } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { SoftDeleteQueryBuilder } from 'typeorm/query-builder/SoftDeleteQueryBuilder.js'
import type { PrintedFilter } from '../filter/printedFilter.js'
import { hasSubscribers } from '../rows/subscriber.js'
import { quoted } from '../schema/dialect.js'
import { modelName } from '../schema/entities.js'
import { assertGuarded, loading, sessionOfBuilder } from './builders.js'
import { keysOf } from './criteria.js'
import { columnName } from './entityRelations.js'
import { refusedPart } from './facade.js'
import { joinedOf } from './joined.js'
import { Plan, type Statement } from './plan.js'
import { referenceLinkOf, viaOf } from './relationBuilder.js'
import { changesOf } from './rowChange.js'
import { keyIn, keyOf } from './rowKeys.js'
import { type Running, sending, writing } from './session.js'

type AnyBuilder = Pick<QueryBuilder<ObjectLiteral>, 'expressionMap' | 'getParameters'>

/** A builder of a statement that writes the rows of a condition. */
type Conditional = AnyBuilder & {
  setQueryRunner(runner: Running['runner']): unknown
  setParameters(values: ObjectLiteral): unknown
}

/** A write of a builder, within its transaction. */
export interface Writing {
  readonly plan: Plan
  readonly session: Running
  readonly entity: EntityMetadata
}

/** Runs a write of a builder in a transaction, with its checks before and after. */
export async function written<Result>(
  builder: AnyBuilder,
  run: (writing: Writing) => Promise<Result>,
): Promise<Result> {
  const session = sessionOfBuilder(builder)
  const { mainAlias } = builder.expressionMap
  if (!mainAlias?.hasMetadata) throw refusedPart('statement on a table without an entity')
  const { metadata: entity } = mainAlias
  if (entity.tableType === 'closure-junction') throw refusedPart('statement on a closure table')
  return await writing(session, (inner) =>
    loading(inner, async () => {
      assertGuarded(builder as never, inner)
      const plan = new Plan(inner)
      const result = await run({ plan, session: inner, entity })
      await plan.verify()
      return result
    }),
  )
}

/** Returns whether listeners or subscribers of the application can hear of a write. */
export function isHeard({ parts }: Running, { listeners }: EntityMetadata): boolean {
  return listeners.length > 0 || hasSubscribers(parts.dataSource)
}

/** Calls the listeners of an entity before and after a statement: they can change what is written, and write by themselves. */
export async function announced<Result>(
  { expressionMap: map }: AnyBuilder,
  event: string,
  { session, entity }: Writing,
  values: readonly unknown[],
  run: () => Promise<Result>,
): Promise<Result> {
  const { callListeners } = map
  const { runner } = session
  if (!callListeners || !isHeard(session, entity)) return await run()
  const broadcast = async (when: string): Promise<void> => {
    const send = Reflect.get(runner.broadcaster, 'broadcast') as (...args: unknown[]) => Promise<void>
    for (const one of values) await Reflect.apply(send, runner.broadcaster, [`${when}${event}`, entity, one])
  }
  await broadcast('Before')
  map.callListeners = false
  const result = await run()
  map.callListeners = callListeners
  await broadcast('After')
  return result
}

/** Returns whether a statement returns rows, which have to be readable as a whole. */
export function returnsRows(
  { expressionMap: { returning } }: AnyBuilder,
  { session: { tables }, entity }: Writing,
): boolean {
  if (returning === undefined || returning === '') return false
  if ((typeof returning === 'string' && returning !== '*') || tables.hiddenColumns(entity).size > 0)
    throw refusedPart('returning')
  return true
}

/** Returns the query of the rows that a builder's conditions name. @param alias - The alias of the rows, in quotes. */
function queryOf(
  builder: Conditional,
  { session: { tables } }: Writing,
  { sql: table, parameters }: { readonly sql: string; readonly parameters: ObjectLiteral },
  alias: string,
): Parameters<Plan['store']['query']>[1] {
  // Sound: methods of builders that write, as far as they have them.
  const call = (name: string, ...args: unknown[]) =>
    name in builder ? String(Reflect.apply(Reflect.get(builder, name) as () => string, builder, args)) : ''
  const clauses = ['createWhereExpression', 'createOrderByExpression', 'createLimitExpression']
  const tail = call('replacePropertyNamesForTheWholeQuery', clauses.map((name) => call(name)).join(''))
  const given = { ...builder.getParameters(), ...tables.parameters, ...parameters }
  return { from: `${table} ${alias}${tail}`, parameters: given, isLocked: true }
}

/** Returns the rows that a statement means, and that fulfil conditions. */
async function selected(
  builder: Conditional,
  writing: Writing,
  conditions: readonly PrintedFilter[],
): Promise<readonly Values[]> {
  const { plan, session, entity } = writing
  const { name, tableName } = entity
  const alias = quoted(session.parts.printing.dialect, tableName)
  const query = queryOf(builder, writing, session.tables.of(entity, conditions), alias)
  const rows = await plan.store.select(name, plan.rules.columnsOf(name), alias, query)
  // A row that is named by its key has to allow the statement, also if other conditions leave it out.
  const demanded = named.get(builder)
  if (demanded && rows.length < demanded.length) await plan.demanded(entity, demanded, conditions)
  return rows
}

/** The databases of which a write can read its own table, and tells how many rows it found. */
const counting: ReadonlySet<string> = new Set(['postgres', 'mariadb', 'better-sqlite3', 'sqljs'])

/** Returns the key by which the caller names one row, if that is all that a statement has to know of it. */
function keyAlone(builder: Conditional, { kind }: Statement, { plan, session, entity }: Writing): Values | undefined {
  const { relations, dataSource, authorizer } = session.parts
  const [key, ...others] = named.get(builder) ?? []
  const isAlone = key && others.length === 0 && builder.expressionMap.wheres.length === 1
  // A row that rules compare with the row after is locked first.
  if (!isAlone || !counting.has(dataSource.options.type) || plan.judge.comparesStates(modelName(entity)))
    return undefined
  const isTyped = entity.primaryColumns.every((column) => {
    const field = authorizer.schema.field(modelName(entity), column.propertyName)
    return field?.kind === 'scalar' && isStored(field, key[columnName(column)]) === true
  })
  return isTyped && (kind !== 'delete' || relations.dependents(modelName(entity)).length === 0) ? key : undefined
}

/** Restricts a statement to rows, and lets it be sent. */
async function send<Result>(
  builder: Conditional,
  { plan, session, entity }: Writing,
  rows: readonly Values[],
  conditions: readonly PrintedFilter[],
  execute: () => Promise<Result>,
): Promise<Result> {
  await plan.seal([entity])
  const key = entity.primaryColumns.map(({ propertyPath }) => propertyPath)
  const keys = rows.map((one) => Object.fromEntries(key.map((name) => [name, one[name]])))
  const where = plan.store.all([plan.store.keyed(modelName(entity), keys), ...conditions])
  builder.setParameters(where.parameters)
  builder.setQueryRunner(session.runner)
  const condition = where.of(quoted(session.parts.printing.dialect, entity.tableName))
  Object.assign(builder.expressionMap, {
    wheres: [{ type: 'simple', condition }],
    orderBys: {},
    limit: undefined,
  })
  return await sending(session, execute)
}

const events = { update: 'Update', delete: 'Remove', 'soft-remove': 'SoftRemove', recover: 'Recover' } as const

/** Runs a statement on the rows of a builder's conditions. */
function changed<Result extends { readonly affected?: number | null | undefined }>(
  builder: Conditional,
  kind: Statement['kind'],
  execute: () => Promise<Result>,
): Promise<Result> {
  return written(builder, async (writing) => {
    const { plan, entity } = writing
    if (entity.isJunction) return await unlinked(builder, kind, writing, execute)
    const values = kind === 'update' ? [builder.expressionMap.valuesSet ?? {}].flat()[0] : undefined
    const isRead = returnsRows(builder, writing)
    if (isRead && kind !== 'update') throw refusedPart('returning')
    const { names } = changesOf(entity.columns)(values ?? {})
    return await announced(builder, events[kind], writing, [values], async () => {
      const updatable = entity.columns.filter(({ isUpdate }) => isUpdate)
      const statement: Statement = { kind, entity, change: { ...changesOf(updatable)(values ?? {}), names } }
      keyOf(entity)
      // By a relation, a caller means each of its rows that may be read.
      if (kind === 'update' && viaOf(builder)?.isOwning === false) {
        const link = referenceLinkOf(builder)
        const linked = await selected(builder, writing, await plan.judge.before('read', modelName(entity)))
        const applies = await plan.prepareEach(linked.map((row) => ({ ...statement, link, key: keyIn(entity, row) })))
        const result = await send(builder, writing, linked, [], execute)
        for (const apply of applies) await apply()
        return result
      }
      plan.refer(entity, [statement.change.columns], named.get(builder))
      const conditions = await plan.conditions(statement)
      const key = keyAlone(builder, statement, writing)
      const rows = key ? [key] : await selected(builder, writing, conditions)
      const apply = await plan.prepare(statement, rows, { isRead })
      const result = await send(builder, writing, rows, key ? conditions : [], execute)
      if (key && result.affected !== 1) throw await plan.refused(entity, rows)
      await apply()
      return result
    })
  })
}

/** Deletes rows of a table between two entities. */
async function unlinked<Result>(
  builder: Conditional,
  kind: Statement['kind'],
  writing: Writing,
  execute: () => Promise<Result>,
): Promise<Result> {
  if (kind !== 'delete') throw refusedPart(`${kind} of a table between rows`)
  const { plan, session, entity: junction } = writing
  const quote = (name: string) => quoted(session.parts.printing.dialect, name)
  const alias = quote(junction.tableName)
  const query = queryOf(builder, writing, session.tables.table(junction.tablePath), alias)
  const raw = await plan.store.query(`${alias}.*`, query)
  const apply = await plan.join(
    raw.map((one) => joinedOf(junction, ({ databaseName }) => one[databaseName], viaOf(builder))),
  )
  await plan.seal([])
  const ends = [...junction.ownerColumns, ...junction.inverseColumns]
  const found = raw.map((one, row) => {
    builder.setParameters(
      Object.fromEntries(ends.map(({ databaseName }, at) => [`arc_${row}_${at}`, one[databaseName]])),
    )
    return `(${ends.map(({ databaseName }, at) => `${quote(databaseName)} = :arc_${row}_${at}`).join(' AND ')})`
  })
  builder.expressionMap.wheres = [{ type: 'simple', condition: found.join(' OR ') || '1 = 0' }]
  builder.setQueryRunner(session.runner)
  const result = await sending(session, execute)
  apply()
  return result
}

export class GuardedUpdate<Entity extends ObjectLiteral = ObjectLiteral> extends UpdateQueryBuilder<Entity> {
  override execute(): ReturnType<UpdateQueryBuilder<Entity>['execute']> {
    return changed(this, 'update', () => super.execute())
  }
}

export class GuardedDelete<Entity extends ObjectLiteral = ObjectLiteral> extends DeleteQueryBuilder<Entity> {
  override execute(): ReturnType<DeleteQueryBuilder<Entity>['execute']> {
    return changed(this, 'delete', () => super.execute())
  }
}

export class GuardedSoftDelete<Entity extends ObjectLiteral = ObjectLiteral> extends SoftDeleteQueryBuilder<Entity> {
  override execute(): ReturnType<SoftDeleteQueryBuilder<Entity>['execute']> {
    const kind = this.expressionMap.queryType === 'restore' ? 'recover' : 'soft-remove'
    return changed(this, kind, () => super.execute())
  }
}

/** The keys by which callers named the rows of builders. */
const named = new WeakMap<object, readonly Values[] | undefined>()

// Whatever a builder writes, its criteria name rows in the same way.
for (const { prototype } of [GuardedUpdate, GuardedDelete, GuardedSoftDelete])
  for (const name of ['where', 'whereInIds'] as const) {
    const original: unknown = Reflect.get(prototype, name)
    Object.defineProperty(prototype, name, {
      value(this: AnyBuilder, criteria: unknown, ...others: unknown[]) {
        Reflect.apply(original as () => unknown, this, [criteria, ...others])
        const { mainAlias } = this.expressionMap
        const isNamed = name === 'whereInIds' || (typeof criteria === 'object' && criteria !== null)
        named.set(this, isNamed && mainAlias?.hasMetadata ? keysOf(criteria, mainAlias.metadata) : undefined)
        return this
      },
    })
  }
