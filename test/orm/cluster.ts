import { execFileSync } from 'node:child_process'
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { noteDatabase } from '../databases.js'

/** A PostgreSQL server, and a replica that streams its changes. */
export interface Cluster {
  /** The addresses of their databases. */
  readonly primary: string
  readonly replica: string
  /** Has the replica apply each change so much later. */
  delay(milliseconds: number): Promise<void>
  stop(): void
}

const versions = '/usr/lib/postgresql'

/** Returns the folder of PostgreSQL's programs, as Debian's package has them; undefined if there is none. */
export function programs(): string | undefined {
  try {
    const [newest] = readdirSync(versions).sort((one, other) => Number(other) - Number(one))
    return newest && join(versions, newest, 'bin')
  } catch {
    return undefined
  }
}

/** Starts both servers in a temporary folder. */
export async function startCluster(bin: string): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'arcturus-cluster-'))
  // PostgreSQL refuses to run as root.
  const owner = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : undefined
  if (owner) chownSync(folder, owner.uid, owner.gid)
  const run = (program: string, ...args: readonly string[]) =>
    execFileSync(join(bin, program), args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], ...owner })
  const [port, other] = [await freePort(), await freePort()]
  const start = (name: string, at: number) => {
    const settings = { port: at, listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off', jit: 'off' }
    const options = Object.entries(settings).map(([key, value]) => `-c ${key}='${value}'`)
    run('pg_ctl', '-D', join(folder, name), '-l', join(folder, `${name}.log`), '-o', options.join(' '), '-w', 'start')
  }
  const stop = () => {
    for (const name of ['replica', 'primary'])
      try {
        run('pg_ctl', '-D', join(folder, name), '-m', 'immediate', 'stop')
      } catch {
        // It never started.
      }
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    run('initdb', '-D', join(folder, 'primary'), '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N')
    start('primary', port)
    const from = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres']
    run('pg_basebackup', ...from, '-D', join(folder, 'replica'), '-R', '-X', 'stream', '-c', 'fast')
    start('replica', other)
    const url = (at: number) => `postgresql://postgres@127.0.0.1:${at}/postgres`
    const [primary, replica] = [url(port), url(other)]
    const [version] = await query(replica, ['SHOW server_version'])
    noteDatabase(`PostgreSQL ${String(version?.['server_version']).split(' ')[0]} (streaming replica)`)
    const delay = async (milliseconds: number) =>
      void (await query(replica, [
        `ALTER SYSTEM SET recovery_min_apply_delay = ${milliseconds}`,
        'SELECT pg_reload_conf()',
      ]))
    return { primary, replica, delay, stop }
  } catch (error) {
    stop()
    throw error
  }
}

async function query(connectionString: string, statements: readonly string[]): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    let rows: Record<string, unknown>[] = []
    for (const sql of statements) rows = (await client.query(sql)).rows
    return rows
  } finally {
    await client.end()
  }
}

function idOf(kind: '-u' | '-g'): number {
  return Number(execFileSync('id', [kind, 'postgres'], { encoding: 'utf8' }))
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
