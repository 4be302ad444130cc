import type { DataSource, EntityManager } from 'typeorm'

/** Does something to every manager of a data source: its own, and one for each transaction that begins. */
export function withManagers(dataSource: DataSource, remember: (manager: EntityManager) => void): void {
  const create = dataSource.createEntityManager
  const createWatched = (...args: unknown[]): EntityManager => {
    const manager = Reflect.apply(create, dataSource, args) as EntityManager
    remember(manager)
    return manager
  }
  Object.defineProperty(dataSource, 'createEntityManager', { value: createWatched, configurable: true, writable: true })
  remember(dataSource.manager)
}
