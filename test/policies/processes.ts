import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Authorizer } from '@arcturus/core'
import { schemaOf, writeBundle } from '@arcturus/policies'
import { rolldown } from 'rolldown'
import { type Kind, published } from '../../packages/policies/src/testing/publishing.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const keys = generateKeyPairSync('ed25519')
const pem = (key: typeof keys.privateKey | typeof keys.publicKey, type: 'pkcs8' | 'spki') =>
  key.export({ type, format: 'pem' } as never).toString()
const [privateKey, verify] = [pem(keys.privateKey, 'pkcs8'), pem(keys.publicKey, 'spki')]
const otherKey = pem(generateKeyPairSync('ed25519').privateKey, 'pkcs8')
class User {}
class Note {}
const schema = schemaOf(new Authorizer({ actions: ['read'] }).registerClass(User).registerClass(Note))

/** Bundles the program of a process from the sources, beside the clients that it imports. */
export async function program(): Promise<string> {
  const file = `${root}packages/policies/node_modules/.processes/child.mjs`
  const entries: Record<string, string> = {
    'core/node': 'node/index',
    'web/calls': 'callEntry',
  }
  const bundle = await rolldown({
    input: `${root}test/policies/child.ts`,
    platform: 'node',
    external: ['pg', 'redis', 'ioredis'],
    plugins: [
      {
        name: 'sources',
        resolveId(id) {
          const [, name, entry = 'index'] = /^@arcturus\/(\w+)(?:\/(.+))?$/.exec(id) ?? []
          return name === undefined ? null : `${root}packages/${name}/src/${entries[`${name}/${entry}`] ?? entry}.ts`
        },
      },
    ],
  })
  await bundle.write({ file, format: 'esm', codeSplitting: false })
  await bundle.close()
  return file
}

/** What the processes did wrong, and how long policies took. */
export interface Outcome {
  readonly mixed: number
  readonly stale: number
  readonly wrong: number
  readonly stopped: number
  readonly answers: number
  /** In milliseconds, sorted. */
  readonly times: readonly number[]
}

const faults = ['none', 'kill', 'cut', 'tear', 'key', 'number', 'text', 'stop'] as const

/** Publishes policies to three processes, of which one can't write to its disk, with a fault in each round. */
export async function rounds(child: string, kind: Kind, count: number, cutFor: number): Promise<Outcome> {
  const [maxStale, poll] = [1_500, 300]
  const at = await published(kind)
  const folder = mkdtempSync(join(tmpdir(), 'processes-'))
  /** When each version was replaced, and whether it grants. */
  const versions = new Map<string, { until: number; readonly grants: boolean }>()
  const textOf = (number: number) => `allow(_: User, "${number % 2 ? 'read' : 'edit'}", _: Note); # ${number}\n`
  const bundled = (number: number, text = textOf(number), key = privateKey) =>
    writeBundle({ number, schema, texts: [{ name: 'main.polar', text }] }, key)
  let current = ''
  const publish = async (number: number): Promise<string> => {
    const version = createHash('sha256').update(textOf(number)).digest('hex').slice(0, 32)
    versions.set(version, { until: Number.POSITIVE_INFINITY, grants: number % 2 === 1 })
    await at.publish(bundled(number))
    const before = versions.get(current)
    if (before) before.until = performance.now()
    current = version
    return version
  }
  const result = { mixed: 0, stale: 0, wrong: 0, stopped: 0, answers: 0 }
  const times: number[] = []
  /** The version of each process's last answer. */
  const seen = ['', '', '']
  const processes: ChildProcess[] = []
  const addresses: string[] = []
  let isOver = false
  const start = async (place: number): Promise<void> => {
    const lastGood = place === 2 ? '/proc/none/policy.json' : join(folder, `${place}.json`)
    const settings = JSON.stringify({ place: at.place, verify, maxStale, poll, lastGood })
    const started = spawn(process.execPath, [child, settings], { stdio: ['ignore', 'pipe', 'inherit'] })
    processes[place] = started
    const port = await new Promise<string>((resolve, reject) => {
      started.stdout!.once('data', (bytes) => resolve(String(bytes).trim()))
      started.once('exit', (code) => reject(new Error(`A process ended with ${code}.`)))
    })
    started.on('exit', (_, signal) => signal === 'SIGKILL' || result.stopped++)
    addresses[place] = `http://127.0.0.1:${port}/`
  }
  const ask = async (place: number): Promise<void> => {
    const begun = performance.now()
    const response = await fetch(addresses[place]!, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
    if (response?.status !== 200) return void (await response?.text())
    const answers = (await response.json().catch(() => [])) as [string, boolean][]
    const [first] = answers
    if (!first) return
    const [version, allowed] = first
    const known = versions.get(version)
    result.answers++
    if (answers.some(([other, answer]) => other !== version || answer !== allowed)) result.mixed++
    if (known?.grants !== allowed) result.wrong++
    if (begun > (known?.until ?? 0) + maxStale) result.stale++
    seen[place] = version
  }
  const asking = async (place: number): Promise<void> => {
    while (!isOver) {
      await ask(place)
      await wait(10)
    }
  }
  const arrived = async (version: string, begun: number, isMeasured: boolean): Promise<void> => {
    const open = new Set([0, 1, 2])
    const waiting = performance.now()
    while (open.size > 0) {
      if (performance.now() - waiting > 30_000) throw new Error(`${kind}: a policy did not arrive at ${[...open]}.`)
      for (const place of open) {
        if (seen[place] !== version) continue
        open.delete(place)
        if (isMeasured) times.push(performance.now() - begun)
      }
      await wait(2)
    }
  }
  try {
    await publish(1)
    await Promise.all([0, 1, 2].map(start))
    const all = Promise.all([0, 1, 2].map(asking))
    for (let round = 0; round < count; round++) {
      const number = 10 * (round + 1) + (round % 2)
      const fault = faults[round % faults.length]!
      if (fault === 'tear') await at.tear(bundled(number).slice(0, 150))
      if (fault === 'key') await at.publish(bundled(number - 1, textOf(3), otherKey))
      if (fault === 'number') await at.publish(bundled(2))
      if (fault === 'text') await at.publish(bundled(number - 1, 'allow('))
      if (fault === 'kill') processes[round % 3]!.kill('SIGKILL')
      if (fault === 'stop') processes[round % 3]!.kill('SIGSTOP')
      if (fault === 'cut') at.wire?.cut()
      if (fault !== 'none' && fault !== 'kill' && fault !== 'cut') await wait(100)
      const begun = performance.now()
      const version = await publish(number)
      if (fault === 'kill') await start(round % 3)
      if (fault === 'cut' || fault === 'stop') await wait(fault === 'stop' ? maxStale + 300 : cutFor)
      if (fault === 'cut') at.wire?.mend()
      if (fault === 'stop') processes[round % 3]!.kill('SIGCONT')
      await arrived(version, begun, fault !== 'cut' && fault !== 'stop' && fault !== 'kill')
    }
    isOver = true
    await all
  } finally {
    isOver = true
    for (const one of processes) one.kill('SIGKILL')
    await at.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...result, times: times.sort((one, other) => one - other) }
}
