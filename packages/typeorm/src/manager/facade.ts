import type { UnsupportedOperationError } from '@arcturus/core/internal/typeorm'
import type { DataSource, QueryRunner } from 'typeorm'
import { unsupportedOperation } from '../errors.js'
import { runnerOf, type Session } from './session.js'

const sessions = new WeakMap<object, Session>()

/** Returns the session of an authorized manager's data source; undefined for any other. */
export function sessionOf(dataSource: object): Session | undefined {
  return sessions.get(dataSource)
}

/** The parts of a data source that read no rows. */
const harmless: ReadonlySet<string> = new Set([
  '@instanceof',
  'name',
  'options',
  'isInitialized',
  'driver',
  'namingStrategy',
  'metadataTableName',
  'logger',
  'entityMetadatas',
  'entityMetadatasMap',
  'queryResultCache',
  'subscribers',
  'hasMetadata',
  'getMetadata',
  'findMetadata',
  'defaultReplicationModeForReads',
  'constructor',
])

/** The parts of a query runner that read no rows. */
const harmlessRunner: ReadonlySet<string> = new Set([
  'isReleased',
  'isTransactionActive',
  'data',
  'getReplicationMode',
  'constructor',
])

/**
 * Returns a data source on which everything goes through an authorized manager: TypeORM's own code reads
 * the entities from it, and makes its queries by it. Any other part of it is refused.
 * @param own - The parts that the manager offers.
 */
export function facadeOf(session: Session, own: Readonly<Record<string, unknown>>): DataSource {
  const { dataSource } = session.parts
  const facade = guarded(dataSource, harmless, own, 'dataSource')
  sessions.set(facade, session)
  return facade
}

/** Returns a query runner that tells its state, and sends nothing. */
export function runnerFacade(session: Session, own: Readonly<Record<string, unknown>>): QueryRunner | undefined {
  const runner = runnerOf(session)
  return runner && guarded(runner, harmlessRunner, own, 'queryRunner')
}

function guarded<Of extends object>(
  of: Of,
  allowed: ReadonlySet<string>,
  own: Readonly<Record<string, unknown>>,
  subject: string,
): Of {
  return new Proxy(of, {
    get(target, name) {
      if (typeof name === 'string' && Object.hasOwn(own, name)) {
        const value = own[name]
        return value instanceof Getter ? value.get() : value
      }
      if (typeof name === 'symbol' || allowed.has(name)) {
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' && name !== 'constructor' ? value.bind(target) : value
      }
      if (name === 'then' || name === 'toJSON' || !(name in target)) return undefined
      throw refusedPart(`${subject}.${name}`)
    },
    set(_, name) {
      throw refusedPart(`${subject}.${String(name)}`)
    },
  })
}

/** A part of a facade that is made when it is read. */
export class Getter {
  constructor(readonly get: () => unknown) {}
}

/** Returns the error for a part of TypeORM that an authorized manager does not have. */
export function refusedPart(name: string): UnsupportedOperationError {
  return unsupportedOperation(`An authorized manager has no \`${name}\`.`, {
    hint: "use another operation, or manager.unguarded('the reason'), which returns the manager without authorization",
    data: { operation: name },
  })
}
