import { expect, test, vi } from 'vitest'
import { Authorizer } from './authorizer.js'
import type { Difference } from './shadow.js'

class User {
  constructor(readonly id: number) {}
}
class Doc {
  constructor(
    readonly id: number,
    readonly owner: User,
    readonly isPublic = false,
  ) {}
  get later(): Promise<boolean> {
    return Promise.resolve(this.isPublic)
  }
  get broken(): boolean {
    throw new Error('broken')
  }
}

const owner = 'allow(user: User, "read", doc: Doc) if doc.owner = user;'
const [ada, eve] = [new User(1), new User(2)]
const [mine, open] = [new Doc(5, ada), new Doc(6, ada, true)]

function made(log = () => {}) {
  const authorizer = new Authorizer({ log }).registerClass(User, { key: 'id' }).registerClass(Doc, { key: 'id' })
  authorizer.registerContext({ level: 'integer' })
  authorizer.loadSync(owner)
  return authorizer
}

function shadowed(authorizer: Authorizer, candidate: string) {
  const told: Difference[] = []
  const shadow = authorizer.shadow(candidate, { onDifference: (one) => void told.push(one) })
  return { told, shadow }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

test('a candidate changes no answer, and each difference is told', async () => {
  const authorizer = made()
  const { told, shadow } = shadowed(authorizer, `${owner}\nallow(_: User, "read", doc: Doc) if doc.isPublic = true;`)
  expect(authorizer.canMany(eve, 'read', [mine, open])).toEqual([false, false])
  expect(await authorizer.isAllowed(ada, 'read', mine)).toBe(true)
  expect(authorizer.filter(null, 'read', 'Doc').kind).toBe('none')
  expect(authorizer.filter(ada, 'read', 'Doc').kind).toBe('condition')
  const rows = { actor: { model: 'User', key: 2 }, resource: { model: 'Doc', key: 6 } }
  expect(told).toMatchObject([
    {
      entry: 'can',
      ...rows,
      action: 'read',
      before: 'denied',
      after: 'allowed',
      policyVersion: authorizer.policyVersion,
    },
    {
      entry: 'filter',
      resource: { model: 'Doc' },
      before: expect.any(String),
      after: expect.stringContaining('isPublic'),
    },
  ])
  expect(String(shadow)).toBe('of 5 questions 5 were compared, and 2 differ')
  shadow.stop()
  authorizer.can(eve, 'read', open)
  expect(shadow.questions).toBe(5)
})

test.each(['doc.later = true', 'doc.broken = true', 'doc.missing = true', 'authorizer = doc'])(
  'a candidate that waits or fails fails no question: %s',
  async (goal) => {
    const authorizer = made()
    const { told, shadow } = shadowed(
      authorizer,
      `allow(_: User, "read", doc: Doc) if ${goal.replace('authorizer', 'doc')};`,
    )
    expect([authorizer.can(ada, 'read', mine), authorizer.can(eve, 'read', open)]).toEqual([true, false])
    expect([await authorizer.isAllowed(ada, 'read', mine), await authorizer.isAllowed(eve, 'read', mine)]).toEqual([
      true,
      false,
    ])
    authorizer.loadSync(`${owner}\n# reloaded`)
    await settled()
    expect(shadow.compared).toBe(4)
    expect(shadow.differences).toBe(told.length)
    expect(told.length).toBeGreaterThan(0)
  },
)

test('an error of the active policy is an answer too, and stays', () => {
  const authorizer = made()
  const { told } = shadowed(authorizer, owner)
  expect(() => authorizer.can(ada, 'raed', mine)).toThrow('raed')
  expect(told).toEqual([])
  authorizer.loadSync('allow(_: User, "read", doc: Doc) if doc.broken = true;')
  expect(() => authorizer.can(ada, 'read', mine)).toThrow('broken')
  expect(told).toMatchObject([{ before: 'error application-error', after: 'allowed' }])
})

test('a listener that fails changes nothing, and is reported once', async () => {
  const log = vi.fn()
  const authorizer = made(log)
  let calls = 0
  const onDifference = () => {
    if (calls++ % 2 === 0) throw new Error('the disk is full')
    return Promise.reject(new Error('the disk is full'))
  }
  authorizer.shadow('allow(_, "read", _: Doc);', { onDifference })
  for (let count = 0; count < 6; count++) expect(authorizer.can(eve, 'read', mine)).toBe(false)
  await settled()
  expect(calls).toBe(6)
  expect(log).toHaveBeenCalledTimes(1)
})

test('a share is compared, with the context of the question, also of answers that never come', async () => {
  const authorizer = made()
  const sampled = authorizer.shadow(owner, { sample: 0.2 })
  const { told, shadow } = shadowed(authorizer, `${owner}\nallow(_: User, "read", _: Doc) if level > 3;`)
  for (let count = 0; count < 500; count++) authorizer.can(ada, 'read', mine)
  expect(sampled.compared).toBeGreaterThan(50)
  expect(sampled.compared).toBeLessThan(170)
  expect(authorizer.with({ level: 5 }).can(eve, 'read', mine)).toBe(false)
  expect(authorizer.with({ level: 2 }).can(eve, 'read', mine)).toBe(false)
  expect(told).toMatchObject([{ after: 'allowed' }])
  expect(shadow.compared).toBe(502)
  const never = authorizer.shadow('allow(_: User, "read", doc: Doc) if doc.never = true;')
  const endless = Object.assign(new Doc(9, ada), { never: new Promise(() => {}) })
  await Promise.all(Array.from({ length: 1200 }, () => authorizer.isAllowed(ada, 'read', endless)))
  expect([never.questions, never.compared]).toEqual([1200, 0])
})

test.each([{ sample: 2 }, { sample: 'x' }, { onDifference: 1 }])('an invalid option is refused: %j', (options) => {
  expect(() => made().shadow(owner, options as object)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
})

test('a candidate that does not end is asked ten times, with limits of its own', () => {
  const authorizer = made()
  const endless =
    'allow(user: User, "read", doc: Doc) if g(0, user, doc); g(x: Integer, u, d) if x < 100000000 and g(x + 1, u, d);'
  const { told, shadow } = shadowed(authorizer, endless)
  for (let i = 0; i < 15; i++) expect(authorizer.can(ada, 'read', mine)).toBe(true)
  expect(told.map((one) => one.after)).toEqual(Array(10).fill(expect.stringMatching(/^error (step|time)-limit$/)))
  expect(String(shadow)).toBe(
    'of 15 questions 10 were compared, and 10 differ; 5 were not, because the candidate exceeded its limits 10 times',
  )
})
