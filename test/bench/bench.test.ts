import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'

/** Imports a module of the benchmark, which has no types. */
async function bench<Module>(path: string): Promise<Module> {
  const module: unknown = await import(new URL(`../../bench/${path}.mjs`, import.meta.url).href)
  // Sound: the benchmark runs it alike.
  return module as Module
}

interface Http {
  readonly applications: Readonly<Record<string, () => { listen(port: number, host: string): Server }>>
  readonly requests: Readonly<Record<string, (at: number) => { path: string; user: string; status: number }>>
}
interface Part {
  measure(task: object): Promise<object>
}
const { report } = await bench<{ report(result: object): string }>('report')
const effort = { warmUpMs: 1, measureMs: 1, minSamples: 1 }

test('the applications of the HTTP benchmark answer every route alike', async () => {
  const { applications } = await bench<Http>('http/applications')
  const { requests } = await bench<Http>('http/world')
  for (const [route, requestAt] of Object.entries(requests)) {
    const answers = new Map<string, string[]>()
    for (const [name, make] of Object.entries(applications)) {
      const server: Server = make().listen(0, '127.0.0.1')
      await once(server, 'listening')
      // Sound: it listens at a port.
      const { port } = server.address() as AddressInfo
      const ofName: string[] = []
      for (let at = 0; at < 5; at++) {
        const { path, user, status } = requestAt(at)
        const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'x-user': user } })
        expect([name, route, answer.status]).toEqual([name, route, status])
        ofName.push(status === 200 ? await answer.text() : '')
      }
      answers.set(name, ofName)
      server.close()
    }
    expect(new Set([...answers.values()].map((all) => all.join('\n'))).size, route).toBe(1)
  }
})

test.each(['rules', 'depth', 'roles'])('the benchmark of growth measures and reports: %s', async (name) => {
  const { measure } = await bench<Part>('parts/growth')
  const sizes = { [name]: [4, 40] }
  const text = report({ part: 'growth', ...(await measure({ name, rounds: 1, effort, sizes })) })
  expect(text).toContain(`growth with ${name}`)
})

test.each(['W2', 'W3'])('the benchmark of requests gives the answers of by hand: %s', async (name) => {
  const { measure } = await bench<Part>('parts/requests')
  const text = report({ part: 'requests', ...(await measure({ name, seed: 0, rounds: 1, runs: 0, effort })) })
  expect(text).toContain('actions on 50 rows')
})
