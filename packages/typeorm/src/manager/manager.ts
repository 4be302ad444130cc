import { invalidArgument } from '@arcturus/core/internal/typeorm'
import { watchedOperation } from '@arcturus/writes/internal/typeorm'
import {
  type DataSource,
  type DeepPartial,
  EntityManager,
  type EntityTarget,
  InstanceChecker,
  type ObjectLiteral,
  type QueryRunner,
  type RemoveOptions,
  type Repository,
  type SaveOptions,
  type SelectQueryBuilder,
} from 'typeorm'
import type { RelationLoader } from 'typeorm/query-builder/RelationLoader.js'
import { GuardedSelect } from './builders.js'
import { facadeOf, Getter, refusedPart, runnerFacade } from './facade.js'
import { assertEntity, type Mode, persist } from './persist.js'
import { makeLazy } from './reading.js'
import { runnerOf, type Session, transaction } from './session.js'

/** An entity manager of one actor, whose every operation is filtered, checked or refused. */
export interface AuthorizedManager extends EntityManager {
  /**
   * Returns the manager without authorization, for what no policy can decide. Within a transaction, it
   * is that of the transaction.
   * @param reason - A text for the log.
   */
  unguarded(reason: string): EntityManager
}

export class GuardedManager extends EntityManager implements AuthorizedManager {
  readonly #session: Session

  constructor(session: Session) {
    const own: Record<string, unknown> = {}
    const facade = facadeOf(session, own)
    super(facade)
    this.#session = session
    const { dataSource } = session.parts
    const repository = (target: EntityTarget<ObjectLiteral>) => this.getRepository(target)
    Object.assign(own, {
      manager: this,
      createQueryBuilder: this.createQueryBuilder.bind(this),
      createEntityManager: () => this,
      getRepository: repository,
      getTreeRepository: (target: EntityTarget<ObjectLiteral>) => this.getTreeRepository(target),
      transaction: this.transaction.bind(this),
      relationLoader: new Getter(() => relationLoaderOf(dataSource, facade)),
    })
    const runner = new Getter(() => facade)
    Object.defineProperty(this, 'queryRunner', {
      get: () => runnerFacade(session, { manager: this, connection: runner, dataSource: runner }),
    })
  }

  unguarded(reason: string): EntityManager {
    if (typeof reason !== 'string' || reason.trim() === '') {
      throw invalidArgument('unguarded needs a reason.', {
        hint: "say why no policy decides: manager.unguarded('nightly report')",
      })
    }
    const { log, parts } = this.#session
    log(`A manager of TypeORM is used without authorization: ${reason}`)
    return unguardedManager(parts.dataSource, runnerOf(this.#session))
  }

  override transaction<Result>(
    first: Parameters<QueryRunner['startTransaction']>[0] | ((manager: EntityManager) => Promise<Result>),
    second?: (manager: EntityManager) => Promise<Result>,
  ): Promise<Result> {
    const run = typeof first === 'function' ? first : second
    if (!run) throw invalidArgument('`transaction` needs a function.')
    const isolation = typeof first === 'function' ? undefined : first
    return transaction(this.#session, (_, manager) => run(manager), isolation)
  }

  // Sound: the builder is made for the entity, or has none.
  override createQueryBuilder<Entity extends ObjectLiteral>(
    entity?: EntityTarget<Entity> | QueryRunner,
    alias?: string,
    runner?: QueryRunner,
    // biome-ignore lint/suspicious/noExplicitAny: TypeORM's own type
  ): SelectQueryBuilder<any> {
    const { parts, window } = this.#session
    parts.register()
    if (window.isOpen && alias === undefined && entity === undefined)
      return parts.dataSource.createQueryBuilder(runnerOf(this.#session))
    const given = alias === undefined ? (entity as QueryRunner | undefined) : runner
    const builder = new GuardedSelect<Entity>(this.connection, this.#runner(given))
    return alias === undefined ? builder : builder.select(alias).from(entity as EntityTarget<Entity>, alias)
  }

  override create<Entity extends ObjectLiteral>(
    target: EntityTarget<Entity>,
    values?: DeepPartial<Entity> | DeepPartial<Entity>[],
    // biome-ignore lint/suspicious/noExplicitAny: an entity, or several
  ): any {
    const made = super.create(target, values as DeepPartial<Entity>)
    const rows = [made].flat() as object[]
    makeLazy(new Map([[this.connection.getMetadata(target), new Set(rows)]]), this.#session)
    return made
  }

  /** Makes a custom repository anew, so that functions that it holds are not those of the given one. */
  override withRepository<Entity extends ObjectLiteral, Own extends Repository<Entity>>(
    repository: Own & Repository<Entity>,
  ): Own {
    // Sound: TypeORM makes custom repositories with these arguments.
    const Class = repository.constructor as new (target: EntityTarget<Entity>, manager: EntityManager) => Own
    const { target, manager: _, queryRunner: __, ...others } = repository
    const data = Object.entries(others).filter(([, value]) => typeof value !== 'function')
    const made = new Class(target, this)
    return Object.assign(made, Object.fromEntries(data), { target, manager: this, queryRunner: this.queryRunner })
  }

  static {
    const define = (name: string, value: (this: GuardedManager, ...args: readonly unknown[]) => unknown) =>
      Object.defineProperty(GuardedManager.prototype, name, { value, configurable: true })
    for (const name of ['query', 'sql', 'clear', 'getMongoRepository', 'release'])
      define(name, () => {
        throw refusedPart(name)
      })
    const modes = { save: 'save', remove: 'remove', softRemove: 'soft-remove', recover: 'recover' } as const
    for (const [name, mode] of Object.entries(modes))
      define(name, function (...args) {
        return this.#persist(mode, args)
      })
    const methods = new Map(
      [EntityManager.prototype, GuardedManager.prototype].flatMap((one) =>
        Object.entries(Object.getOwnPropertyDescriptors(one)),
      ),
    )
    for (const [name, { value: method }] of methods) {
      if (name === 'constructor' || typeof method !== 'function') continue
      define(name, function watched(...args) {
        const result: unknown = Reflect.apply(method, this, args)
        return result instanceof Promise ? watchedOperation(this.#session.parts.authorizer, watched, result) : result
      })
    }
  }

  /** Reads arguments as TypeORM does: a target, which can be left out, entities and options. */
  async #persist(mode: Mode, args: readonly unknown[]): Promise<unknown> {
    const [first] = args
    const isTarget =
      args.length > 1 &&
      (typeof first === 'function' || typeof first === 'string' || InstanceChecker.isEntitySchema(first))
    const [target, entity, options] = isTarget ? args : [undefined, ...args]
    assertEntity(entity)
    if (Array.isArray(entity) && entity.length === 0) return entity
    const named = InstanceChecker.isEntitySchema(target) ? target.options.name : target
    await persist(
      this.#session,
      mode,
      named as Parameters<typeof persist>[2],
      entity,
      options as SaveOptions & RemoveOptions,
    )
    return entity
  }

  /** Returns the query runner for a query: that of the session, or another one that a caller passes. */
  #runner(given: QueryRunner | undefined): QueryRunner | undefined {
    const own = runnerOf(this.#session)
    return given === undefined || given.manager === this ? own : given
  }
}

/** Returns a manager whose queries pass the guard of their data source, which knows it only by identity. */
export function unguardedManager(dataSource: DataSource, runner?: QueryRunner): EntityManager {
  return new Proxy(dataSource, {}).createEntityManager(runner)
}

/** Returns a loader of lazy relations whose queries are those of a data source. */
function relationLoaderOf(base: DataSource, dataSource: DataSource): RelationLoader {
  const loader: RelationLoader = Object.create(base.relationLoader)
  return Object.assign(loader, { dataSource, connection: dataSource })
}
