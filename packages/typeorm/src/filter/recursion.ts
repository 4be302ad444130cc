import type { DataSource } from 'typeorm'

/** The highest limit that MariaDB accepts. MySQL's limit is of the same size. */
const limit = 4_294_967_295

/** Marks a pool that prepares its connections. */
const prepares = Symbol('prepares')

/** The part of a `mysql2` pool that is used here. */
interface Pool {
  on(event: 'acquire', listener: (connection: Connection) => void): unknown
}
interface Connection {
  query(sql: string, done: (error: unknown) => void): unknown
}

/**
 * Raises the recursion limit of MariaDB, which ends a recursive query after 1,000 levels with a
 * warning that TypeORM does not see. Rows would be missing, or too many rows would be found if the
 * recursion is negated.
 *
 * Each connection is set to the highest limit. On a connection without it, a recursive condition is
 * an error.
 */
export class Recursion {
  readonly #isMariaDb: boolean

  constructor(private readonly dataSource: DataSource) {
    const { options, driver } = dataSource
    // The version also distinguishes them, because either driver name can reach either server.
    this.#isMariaDb =
      options.type === 'mariadb' || (options.type === 'mysql' && Number.parseInt(driver.version ?? '', 10) >= 10)
    this.prepare()
  }

  /** Returns the condition, which fails if a recursion in it could end too early. */
  guarded(sql: string): string {
    if (!this.#isMariaDb) return sql
    this.prepare()
    // A scalar subquery of two rows is an error.
    return `(1 = (SELECT 1 UNION ALL SELECT 1 FROM DUAL WHERE @@max_recursive_iterations < ${limit}) AND ${sql})`
  }

  /** Prepares the current pool. A data source that is initialized again has a new one. */
  prepare(): void {
    if (!this.#isMariaDb) return
    const pool: unknown = Reflect.get(this.dataSource.driver, 'pool')
    if (!isPool(pool) || prepares in pool) return
    Object.defineProperty(pool, prepares, { value: true })
    // Each connection is prepared before any query gets it.
    const prepared = new WeakSet<object>()
    pool.on('acquire', (connection) => {
      if (prepared.has(connection)) return
      prepared.add(connection)
      // A connection runs its commands in order. If this one fails, later recursive conditions
      // fail.
      connection.query(`SET SESSION max_recursive_iterations = ${limit}`, () => {})
    })
  }
}

function isPool(value: unknown): value is Pool {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'on') === 'function'
}
