import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expresses, koas } from './applications.js'
import { raw } from './attacks.js'
import { Draw, expressStackOf, koaStackOf, type Stack, secret } from './randomStacks.js'

// `ARCTURUS_SEED=7 ARCTURUS_REQUESTS=15000 npm test -- test/frameworks/random` draws others, and more.
const seed = Number(process.env['ARCTURUS_SEED'] ?? 1)
const total = Number(process.env['ARCTURUS_REQUESTS'] ?? 1000)

const requests = ['/page', '/en/page', '/public', '/nowhere', '/page/'].flatMap((target) =>
  ['GET', 'HEAD', 'POST', 'OPTIONS'].map((method) => ({ target, method })),
)
const heads = [
  '',
  'accept-encoding: deflate\r\nte: trailers\r\n',
  'content-length: 2\r\ncontent-type: application/json\r\n',
]

const failures: unknown[] = []
const listener = (error: unknown) => void failures.push(error)

describe('undecided requests', () => {
  beforeAll(() => void process.on('unhandledRejection', listener).on('uncaughtException', listener))
  afterAll(() => void process.off('unhandledRejection', listener).off('uncaughtException', listener))

  const frameworks: (readonly [string, (draw: Draw) => Stack])[] = [
    ...expresses.map(([name, framework]) => [name, (draw: Draw) => expressStackOf(framework, draw)] as const),
    ...koas.map(([name, framework]) => [name, (draw: Draw) => koaStackOf(framework, draw)] as const),
  ]

  it.each(frameworks)('of random stacks on %s leave with no data', async (_name, make) => {
    const leaks: unknown[] = []
    failures.splice(0)
    const perStack = 4
    for (let at = 0; at * perStack < total / frameworks.length; at++) {
      const draw = new Draw(seed * 1_000_003 + at)
      const stack = make(draw)
      const running = await stack.start()
      const asked = Array.from({ length: perStack }, () => ({ ...draw.of(requests), head: draw.of(heads) }))
      const answers = await Promise.all(
        asked.map(({ target, method, head }) =>
          raw(running.url, target, {
            method,
            head: method === 'POST' ? head.replace('2\r\n', '0\r\n') : head.replace(/content.*/s, ''),
          }),
        ),
      )
      for (const [of, { status, text }] of answers.entries())
        if (text.includes(secret)) leaks.push({ seed, at, ...asked[of], status, stack: stack.description })
      await running.close()
    }
    // Promises that nobody awaits settle.
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(leaks.slice(0, 3)).toEqual([])
    expect(failures).toEqual([])
  })
})
