import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Running } from '../frameworks/behaviours.js'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** An application of this folder, and the Next that builds and serves it. */
export interface Application {
  readonly folder: string
  readonly next: string
}

export function ofNext16(application: string): Application {
  return { folder: here(application), next: dirname(createRequire(import.meta.url).resolve('next/package.json')) }
}

/**
 * The same application with what Next 15 has otherwise, what is at the edge included. It finds the package beside Next 15, as where both
 * are installed.
 */
export function ofNext15(): Application {
  const folder = here('built15')
  const isSource = (path: string): boolean => !/[/\\](\.next|next-env\.d\.ts|proxy\.ts)$/.test(path)
  rmSync(folder, { recursive: true, force: true })
  for (const part of ['application', 'application15']) cpSync(here(part), folder, { recursive: true, filter: isSource })
  const [next, ours] = [`${folder}/node_modules/next`, `${folder}/node_modules/@arcturus/next`]
  for (const part of ['package.json', 'polar.d.cts', 'dist'])
    cpSync(here(`../../packages/next/${part}`), `${ours}/${part}`, { recursive: true })
  symlinkSync(dirname(createRequire(import.meta.url).resolve('next-15/package.json')), next, 'junction')
  return { folder, next }
}

function run({ folder, next }: Application, args: readonly string[]): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [`${next}/dist/bin/next`, ...args], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text))
  return { child, output: () => output }
}

/** What serves an application that was built. */
export interface Served extends Running {
  readonly folder: string
  /** What Next said of its building. */
  readonly output: string
}

/** Builds an application and serves it, on a port of its own. @throws with what Next said. */
export async function serve(application: Application, ...args: readonly string[]): Promise<Served> {
  const { folder } = application
  const output = await build(application, args)
  return { folder, output, ...(await start(application)) }
}

async function build(application: Application, args: readonly string[]): Promise<string> {
  const { child, output } = run(application, ['build', ...args])
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`next build ended with ${code}:\n${output()}`)
  return output()
}

async function start(application: Application): Promise<Running> {
  const port = await freePort()
  const { child, output } = run(application, ['start', '--port', `${port}`, '--hostname', '127.0.0.1'])
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', () => output().includes('Ready') && resolve())
    child.once('exit', (code) => reject(new Error(`next start ended with ${code}:\n${output()}`)))
  })
  const close = async (): Promise<void> => {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill()
    await gone
  }
  return { url: `http://127.0.0.1:${port}`, close }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      // Sound: a listening TCP server has an address with a port.
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
