import type { DataSource } from 'typeorm'

/** As deep as MariaDB can be told to go; MySQL's limit is of the same size. */
const limit = 4_294_967_295

/** Marks a pool that prepares its connections. */
const prepares = Symbol('prepares')

/** What is used of a pool of `mysql2`. */
interface Pool {
  on(event: 'acquire', listener: (connection: Connection) => void): unknown
}
interface Connection {
  query(sql: string, done: (error: unknown) => void): unknown
}

/**
 * MariaDB ends a recursive query after 1,000 levels, with a warning that TypeORM does not see: rows would be missing, or too many
 * where the recursion is negated. So each connection is told to go as deep as there are rows, and a condition that is recursive
 * is an error where the connection was not.
 */
export class Recursion {
  readonly #dataSource: DataSource
  readonly #isMariaDb: boolean

  constructor(dataSource: DataSource) {
    const { options, driver } = dataSource
    this.#dataSource = dataSource
    // Versions tell them apart as well: a server can be reached under either name.
    this.#isMariaDb =
      options.type === 'mariadb' || (options.type === 'mysql' && Number.parseInt(driver.version ?? '', 10) >= 10)
    this.#prepare()
  }

  /** The condition, which is an error where a recursion in it could end too early. */
  guarded(sql: string): string {
    if (!this.#isMariaDb) return sql
    this.#prepare()
    // A subquery of two rows in the place of a value is an error.
    return `(1 = (SELECT 1 UNION ALL SELECT 1 FROM DUAL WHERE @@max_recursive_iterations < ${limit}) AND ${sql})`
  }

  /** A data source that is initialized anew has another pool. */
  #prepare(): void {
    if (!this.#isMariaDb) return
    const pool: unknown = Reflect.get(this.#dataSource.driver, 'pool')
    if (!isPool(pool) || prepares in pool) return
    Object.defineProperty(pool, prepares, { value: true })
    // By connection: it is prepared before any query gets it.
    const prepared = new WeakSet<object>()
    pool.on('acquire', (connection) => {
      if (prepared.has(connection)) return
      prepared.add(connection)
      // Commands of a connection are run one after the other; one that was not prepared is an error later.
      connection.query(`SET SESSION max_recursive_iterations = ${limit}`, () => {})
    })
  }
}

function isPool(value: unknown): value is Pool {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'on') === 'function'
}
