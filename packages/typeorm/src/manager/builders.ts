import { type ObjectLiteral, type QueryRunner, SelectQueryBuilder } from 'typeorm'
import { assertOwnCache } from '../query/keptResults.js'
import { type Builder, notesOf } from '../rows/builders.js'
import { dataSourceOf } from '../schema/dialect.js'
import { refusedPart, sessionOf } from './facade.js'
import { assertReadsNoTable, rememberText } from './rawSql.js'
import { NotLoaded } from './readableTables.js'
import { assertVisible, finishRows } from './reading.js'
import { reading, type Session } from './session.js'

/** Returns the session of a builder, with the query runner that the builder was given. */
export function sessionOfBuilder(builder: object): Session {
  const session = sessionOf(dataSourceOf(builder))
  if (!session) throw new Error('The builder is not one of an authorized manager.')
  const runner: unknown = Reflect.get(builder, 'queryRunner')
  // Sound: builders have query runners.
  return runner === undefined || runner === session.runner
    ? session
    : { ...session, runner: runner as QueryRunner, turns: undefined }
}

/** Runs a query of a session again after it loaded the data that its filters read. */
export async function loading<Result>(session: Session, run: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof NotLoaded)) throw error
      await reading(session, undefined, error.load)
    }
  }
}

/** @throws UnsupportedOperationError for SQL of a query that could read other rows than those of its tables */
export function assertGuarded(builder: Pick<Builder, 'expressionMap'>, session: Session): void {
  const { expressionMap: map } = builder
  assertOwnCache(map.cacheId)
  assertReadsNoTable(builder, session.texts, session.parts.printing.dialect)
  for (const { queryBuilder, alias } of map.commonTableExpressions) {
    if (typeof queryBuilder !== 'string' && !(queryBuilder instanceof GuardedSelect)) throw refusedPart(`with ${alias}`)
    if (session.tables.hasTable(alias)) throw refusedPart(`common table expression "${alias}"`)
  }
}

/** A query whose tables hold only what its actor may read. */
export class GuardedSelect<Entity extends ObjectLiteral = ObjectLiteral> extends SelectQueryBuilder<Entity> {
  get #session(): Session {
    return sessionOfBuilder(this)
  }

  override getQuery(): string {
    const session = this.#session
    assertGuarded(this, session)
    assertVisible(this, session)
    return rememberText(session.texts, super.getQuery())
  }

  override getParameters(): ObjectLiteral {
    return { ...super.getParameters(), ...this.#session.tables.parameters }
  }

  protected override getTableName(path: string): string {
    if (this.expressionMap.commonTableExpressions.some(({ alias }) => alias === path)) return super.getTableName(path)
    return this.#session.tables.table(path).sql
  }

  override stream(): ReturnType<SelectQueryBuilder<Entity>['stream']> {
    return loading(this.#session, () => super.stream())
  }

  protected override executeExistsQuery(runner: QueryRunner): Promise<boolean> {
    return loading(this.#session, () => super.executeExistsQuery(runner))
  }

  protected override loadRawResults(runner: QueryRunner): Promise<unknown[]> {
    return loading(this.#session, () => super.loadRawResults(runner))
  }

  protected override executeEntitiesAndRawResults(
    runner: QueryRunner,
  ): Promise<{ entities: Entity[]; raw: unknown[] }> {
    const session = this.#session
    notesOf(this).narrows = (path) => session.tables.table(path).isNarrowed
    return loading(session, async () => {
      const result = await super.executeEntitiesAndRawResults(runner)
      const { mainAlias } = this.expressionMap
      const entity = mainAlias?.hasMetadata ? mainAlias.metadata : undefined
      await reading(session, runner, () => finishRows(result.entities, entity, session, runner))
      return result
    })
  }

  protected override obtainQueryRunner(): QueryRunner {
    const { runner, parts } = this.#session
    return runner ?? parts.dataSource.createQueryRunner(parts.dataSource.defaultReplicationModeForReads())
  }
}

// A data source that is made meanwhile registers TypeORM's own builders again.
for (const name of ['insert', 'update', 'delete', 'softDelete', 'restore', 'relation'] as const) {
  const original = SelectQueryBuilder.prototype[name] as (...args: unknown[]) => unknown
  Object.defineProperty(GuardedSelect.prototype, name, {
    value(this: GuardedSelect, ...args: unknown[]) {
      sessionOfBuilder(this).parts.register()
      return Reflect.apply(original, this, args)
    },
  })
}
