import type { WatchedSource } from '../source.js'

/** A `Pool` of `pg`. */
export interface PoolLike {
  connect(): Promise<ClientLike>
}

interface ClientLike {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
  on(event: 'notification' | 'error', listener: (given: never) => void): unknown
  release(error?: Error | boolean): void
}

/** The options of `fromPostgres`. */
export interface PostgresOptions {
  /** The table, such as `public.arcturus_policy`. Its name is the channel of `NOTIFY`. Default `arcturus_policy`. */
  readonly table?: string
  /** The row: tables can hold the policies of several applications. Default `policy`. */
  readonly name?: string
}

/** A source that can be written to. */
export interface PublishingSource extends WatchedSource {
  /** Stores a text of Polar or a bundle, and tells all processes. */
  publish(text: string): Promise<void>
}

/**
 * Returns the source of a row in PostgreSQL. It keeps one connection of the pool, which listens and reads: a connection that no
 * longer answers is replaced, and the row is read again. The table is
 * `CREATE TABLE arcturus_policy (name text PRIMARY KEY, content text NOT NULL)`.
 */
export function fromPostgres(pool: PoolLike, options: PostgresOptions = {}): PublishingSource {
  const { table: channel = 'arcturus_policy', name: row = 'policy' } = options
  const table = channel.split('.').map(quoted).join('.')
  const name = `${channel}/${row}`
  let client: ClientLike | undefined
  let heard = (): void => {}

  /** Replaces a connection that failed. */
  const drop = (failed: ClientLike): void => {
    if (client !== failed) return
    client = undefined
    failed.release(true)
  }
  const connect = async (signal: AbortSignal): Promise<ClientLike> => {
    const made = await pool.connect()
    made.on('error', () => {
      if (client === made) heard()
      drop(made)
    })
    if (signal.aborted || client) {
      made.release(true)
      throw new Error('The connection came too late.')
    }
    client = made
    made.on('notification', () => heard())
    // Before the row is read, so that no change is missed in between.
    await made.query(`LISTEN ${quoted(channel)}`)
    return made
  }
  return {
    name,
    async read(known, signal) {
      signal.addEventListener('abort', () => client && drop(client))
      const used = client ?? (await connect(signal))
      try {
        const sql = `SELECT md5(content) AS tag, CASE WHEN md5(content) <> $2 THEN content END AS text FROM ${table} WHERE name = $1`
        const { rows } = await used.query(sql, [row, known ?? ''])
        // Sound: the columns of the query.
        const [found] = rows as readonly { readonly tag: string; readonly text: string | null }[]
        if (!found) throw new Error(`${name} is not published.`)
        return found.text === null ? undefined : { texts: [{ name, text: found.text }], tag: found.tag }
      } catch (error) {
        drop(used)
        throw error
      }
    },
    watch(changed) {
      heard = changed
      return () => {
        heard = () => {}
        if (client) drop(client)
      }
    },
    async publish(text) {
      const writing = await pool.connect()
      try {
        const sql = `INSERT INTO ${table} (name, content) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET content = excluded.content`
        await writing.query(sql, [row, text])
        await writing.query('SELECT pg_notify($1, $2)', [channel, row])
      } finally {
        writing.release()
      }
    },
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
