import { randomUUID } from 'node:crypto'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createProxy, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { createClient } from 'redis'
import type { WatchedSource } from '../source.js'
import { fromFiles } from '../sources/files.js'
import { fromUrl } from '../sources/http.js'
import { fromPostgres } from '../sources/postgres.js'
import { fromRedis } from '../sources/redis.js'

export const kinds = ['files', 'http', 'postgres', 'redis', 'ioredis'] as const
export type Kind = (typeof kinds)[number]

/** Where a policy is published, for any process. */
export interface Place {
  readonly kind: Kind
  /** A path, an address, or the port of a server. */
  readonly at: string
  readonly name: string
}

/** Opens the source of a place. */
export async function opened({ kind, at, name }: Place): Promise<{ source: WatchedSource; close(): unknown }> {
  const nothing = () => {}
  if (kind === 'files') return { source: fromFiles(at), close: nothing }
  if (kind === 'http') return { source: fromUrl(at), close: nothing }
  if (kind === 'postgres') {
    const pool = new Pool({ host: '127.0.0.1', port: Number(at), user: 'postgres', database: 'postgres', max: 3 })
    pool.on('error', nothing)
    return { source: fromPostgres(pool, { table: name }), close: () => pool.end() }
  }
  if (kind === 'ioredis') {
    const client = new Redis(Number(at))
    client.on('error', nothing)
    return { source: fromRedis(client, name), close: () => client.disconnect() }
  }
  const client = createClient({ url: `redis://127.0.0.1:${at}` })
  client.on('error', nothing)
  await client.connect()
  return { source: fromRedis(client, name), close: () => client.destroy() }
}

/** A proxy before a server, whose connections can be cut. */
export class Wire {
  #proxy: Server | ReturnType<typeof createProxy>
  readonly #sockets = new Set<Socket>()
  #isCut = false

  constructor(port: number) {
    this.#proxy = createProxy((near) => {
      const far = connect(port, '127.0.0.1')
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one)
        one.on('error', () => {}).on('close', () => other.destroy())
        // Like a network that drops packets: neither side gets an error.
        one.on('data', (bytes) => this.#isCut || other.write(bytes))
      }
    })
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#proxy.listen(0, '127.0.0.1', resolve))
    return (this.#proxy.address() as AddressInfo).port
  }

  /** Drops all that is sent until `mend`. Those that are connected notice nothing. */
  cut(): void {
    this.#isCut = true
  }

  /** Lets new connections through, and ends those that lost something. */
  mend(): void {
    this.#isCut = false
    this.reset()
  }

  reset(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#sockets.clear()
  }

  close(): void {
    this.reset()
    this.#proxy.close()
  }
}

/** A place with the means to publish there, on the real server, without the wire. */
export async function published(kind: Kind): Promise<{
  readonly place: Place
  readonly wire: Wire | undefined
  publish(text: string): Promise<void>
  /** Writes without replacing as a whole, where that can be. */
  tear(text: string): Promise<void>
  close(): Promise<void>
}> {
  const name = `policies_p${randomUUID().slice(0, 8)}`
  if (kind === 'files') {
    const folder = mkdtempSync(join(tmpdir(), 'policies-'))
    const at = join(folder, 'policy')
    const publish = async (text: string) => {
      writeFileSync(`${at}.new`, text)
      renameSync(`${at}.new`, at)
    }
    const tear = async (text: string) => writeFileSync(at, text)
    return {
      place: { kind, at, name },
      wire: undefined,
      publish,
      tear,
      close: async () => rmSync(folder, { recursive: true }),
    }
  }
  if (kind === 'http') {
    let [text, tag] = ['', 0]
    const server = createServer((request, response) => {
      const etag = `"${tag}"`
      if (text === '') response.writeHead(404).end()
      else if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
      else response.writeHead(200, { etag }).end(text)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const wire = new Wire((server.address() as AddressInfo).port)
    const publish = async (next: string) => {
      text = next
      tag++
    }
    const close = async () => {
      wire.close()
      server.closeAllConnections()
      server.close()
    }
    return {
      place: { kind, at: `http://127.0.0.1:${await wire.listen()}/policy`, name },
      wire,
      publish,
      tear: publish,
      close,
    }
  }
  const port = kind === 'postgres' ? 5432 : 6379
  const wire = new Wire(port)
  const place = { kind, at: String(await wire.listen()), name }
  if (kind === 'postgres') {
    const pool = new Pool({ host: '127.0.0.1', user: 'postgres', database: 'postgres' })
    await pool.query(`CREATE TABLE ${name} (name text PRIMARY KEY, content text NOT NULL)`)
    const { publish } = fromPostgres(pool, { table: name })
    const close = async () => {
      wire.close()
      await pool.query(`DROP TABLE ${name}`)
      await pool.end()
    }
    return { place, wire, publish, tear: publish, close }
  }
  const client = await createClient().connect()
  const { publish } = fromRedis(client, name)
  const close = async () => {
    wire.close()
    await client.del(name)
    client.destroy()
  }
  return { place, wire, publish, tear: publish, close }
}
