import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Authorizer } from '../authorizer.js'
import type { AuthorizerOptions } from '../options.js'

const unhandled: unknown[] = []
const note = (error: unknown): void => void unhandled.push(error)
let others: NodeJS.UnhandledRejectionListener[] = []

// The listeners of the test runner would fail the run.
beforeAll(() => {
  others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', note)
})
beforeEach(() => void unhandled.splice(0))
afterAll(() => {
  process.off('unhandledRejection', note)
  for (const listener of others) process.on('unhandledRejection', listener)
})

class Person {
  id = 1
  name = 'ann'
  list = [1, 2]
  get lazy(): Promise<unknown> {
    return Promise.reject(new Error('no connection'))
  }
  later(): Promise<unknown> {
    return Promise.reject(new Error('no connection'))
  }
}
class Page extends Person {}

const bodies = [
  'p.lazy = 1',
  'p.lazy = nil',
  'u.id = p.lazy',
  'p.lazy = u.lazy',
  'p.lazy != u.id',
  'p.lazy < 3',
  'p.lazy < u.missing',
  'u.lazy <= p.lazy',
  'u.name.startsWith(p.lazy)',
  'p.lazy',
  'not p.lazy',
  'p.lazy.id = u.id',
  '1 in p.lazy',
  'p.lazy in u.list',
  'x in p.lazy and x = u.id',
  'x in p.list and x = p.lazy',
  'p.lazy matches Person{id: 1}',
  'p.later() = 1',
  'p.name.indexOf(u.lazy, p.lazy) = 1',
  '1 + p.lazy > u.id',
  'u.id / p.lazy = 1',
  'p.lazy = u.missing',
  'u.missing = p.lazy',
  'p.lazy + u.missing = 1',
  'p.lazy.startsWith(u.missing)',
  '[p.lazy, u.missing] = [2, 1]',
  '(u.missing = 1 or p.lazy = 1)',
  'same(p.lazy, u.missing)',
  'up(p)',
] as const

const evaluators: readonly NonNullable<AuthorizerOptions['evaluator']>[] = ['source', 'closures', 'machine']

test.each(evaluators)('%s leaves no rejection unhandled, whatever reads the promise', async (evaluator) => {
  for (const body of bodies) {
    const authorizer = new Authorizer({ evaluator }).registerClass(Person).registerClass(Page)
    const uses = (name: string): string => (new RegExp(`\\b${name}\\b`).test(body) ? name : '_')
    await authorizer.load(
      `allow(${uses('u')}: Person, "read", ${uses('p')}: Page) if ${body};
       same(x, x);
       up(page: Page) if page.lazy = 1;
       up(page: Page) if up(page.lazy);`,
    )
    const ask: readonly (() => unknown)[] = [
      () => authorizer.can(new Person(), 'read', new Page()),
      () => authorizer.canMany(new Person(), 'read', [new Page(), new Page()]),
      () => authorizer.isAllowed(new Person(), 'read', new Page()),
      () => authorizer.isAllowedMany(new Person(), 'read', [new Page(), new Page()]),
      () => authorizer.authorizedActions(new Person(), new Page()),
      () => authorizer.filter(new Person(), 'read', 'Page'),
    ]
    for (const one of ask) {
      try {
        await one()
      } catch {}
      // Node tells of rejections once all microtasks have run.
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect([body, unhandled]).toEqual([body, []])
  }
})
