import type { DataSource, EntityManager } from 'typeorm'
import { unsupportedOperation } from '../errors.js'
import { unguardedManager } from './manager.js'

const operations = [
  'find',
  'findBy',
  'findAndCount',
  'findAndCountBy',
  'findOne',
  'findOneBy',
  'findOneOrFail',
  'findOneByOrFail',
  'count',
  'countBy',
  'exists',
  'existsBy',
] as const

/** The operations of an entity manager that read rows. */
export type Rows = Pick<EntityManager, (typeof operations)[number]>

/** Returns the operations of a data source that read rows, without filters, from the primary database. */
export function readerOf(dataSource: DataSource): Rows {
  const manager = unguardedManager(
    Object.create(dataSource, { defaultReplicationModeForReads: { value: () => 'master' } }) as DataSource,
  )
  // Sound: each operation is there.
  const reader = Object.fromEntries(operations.map((name) => [name, manager[name].bind(manager)])) as unknown as Rows
  return new Proxy(Object.freeze(reader), {
    get(of, name) {
      // A promise, JSON and inspection look for these on any object.
      if (typeof name === 'symbol' || name === 'then' || name === 'toJSON' || name in of) return Reflect.get(of, name)
      throw unsupportedOperation(`\`rows\` has no \`${name}\`: it only reads.`, {
        hint: 'write with authorizedManager(user)',
        data: { operation: name },
      })
    },
  })
}
