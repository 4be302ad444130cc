import type { Authorizer } from '@arcturus/core'
import { assertActor, assertArrived, invalidArgument, own } from '@arcturus/core/internal/typeorm'
import { actionNames, assertOption, scopes } from '@arcturus/writes/internal/typeorm'
import { type DataSource, EntityManager } from 'typeorm'
import { schemaError } from '../errors.js'
import type { Printing } from '../filter/printedFilter.js'
import { relationLoader } from '../rows/loader.js'
import type { References } from '../schema/references.js'
import { guardBase } from './base.js'
import { EntityRelations } from './entityRelations.js'
import { sessionOf } from './facade.js'
import { GuardedManager } from './manager.js'
import type { MakeAuthorizedManager, ManagerOptions } from './options.js'
import { watchExecutor } from './persist.js'
import { Plan } from './plan.js'
import { ReadableTables } from './readableTables.js'
import { registerBuilders } from './registry.js'
import type { Parts } from './session.js'

/** Returns the function that makes authorized managers. */
export function managerMaker(
  authorizer: Authorizer,
  dataSource: DataSource,
  printing: Printing,
  references: References,
  options: ManagerOptions,
): MakeAuthorizedManager {
  const { scope = {}, unscoped = 'refuse', log = (message: string) => console.warn(message) } = options
  guardBase(authorizer, dataSource, unscoped, log)
  const actionsOf = actionNames(authorizer.readAction, options.operations)
  let shared: Parts | undefined
  const partsOf = (): Parts => {
    if (!(dataSource.manager instanceof EntityManager)) {
      throw schemaError('The data source is one of another copy of TypeORM.', {
        hint: 'install one version of typeorm for the application and `@arcturus/typeorm`',
      })
    }
    watchExecutor()
    return {
      ...options,
      authorizer,
      dataSource,
      printing,
      relations: new EntityRelations(dataSource),
      scopeOf: scopes(scope),
      loadBy: (runner) => relationLoader(dataSource, references, runner),
      register: registerBuilders,
      manager: (session) => new GuardedManager(session),
      rules: (session) => new Plan(session).rules,
    }
  }
  return (actor, given = {}) => {
    const { operations, cascade, context, manager } = own(given)
    assertActor(actor)
    assertArrived(actor, 'actor')
    assertOption('cascade', cascade, ['check', 'trust'])
    if (manager && sessionOf(manager.connection)) {
      throw invalidArgument('`manager` must be a manager without authorization.', {
        hint: 'pass the manager of dataSource.transaction(…)',
      })
    }
    shared ??= partsOf()
    const parts = context ? { ...shared, authorizer: authorizer.with(context) } : shared
    const names = operations ? actionNames(authorizer.readAction, options.operations, operations) : actionsOf
    const tables = new ReadableTables(parts, actor, (model) => names(model).read)
    return new GuardedManager({
      parts,
      actor,
      actions: names,
      trustsCascades: cascade === 'trust',
      runner: manager?.queryRunner,
      tables,
      texts: new Set(['(SELECT 1 AS dummy_column)']),
      turns: undefined,
      log,
      window: { isOpen: false },
    })
  }
}
