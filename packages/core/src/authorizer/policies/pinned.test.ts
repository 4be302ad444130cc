import { describe, expect, it } from 'vitest'
import { Authorizer } from '../authorizer.js'
import { engineOf } from '../decisions/engine.js'
import type { UsedPolicy } from './activePolicy.js'

class User {}
class Doc {
  constructor(readonly isPublic = true) {}
}

const open = 'allow(_: User, "read", doc: Doc) if doc.isPublic = true;'
const closed = 'allow(_: User, "read", doc: Doc) if doc.isPublic = false;'
const [user, doc] = [new User(), new Doc()]

function made() {
  const authorizer = new Authorizer({ log: () => {} }).registerClass(User).registerClass(Doc)
  authorizer.loadSync(open)
  return { authorizer, active: engineOf(authorizer)!.active }
}

/** All ways to decide, each often enough that generated code decides. */
async function answers(authorizer: Authorizer): Promise<unknown> {
  const checks = Array.from({ length: 200 }, () => authorizer.can(user, 'read', doc))
  const lists = authorizer.filter(user, 'read', 'Doc').matches(doc)
  return [
    ...new Set([
      ...checks,
      lists,
      ...authorizer.canMany(user, 'read', [doc]),
      await authorizer.isAllowed(user, 'read', doc),
    ]),
  ]
}

describe('a pinned authorizer', () => {
  it('keeps its policy, its context and its decisions', async () => {
    const { authorizer } = made()
    const pinned = authorizer.with({}).pinned()
    const versions: unknown[] = []
    authorizer.onDecision(({ policyVersion }) => versions.push(policyVersion))
    const before = authorizer.policyVersion
    expect(await answers(pinned)).toEqual([true])
    authorizer.loadSync(closed)
    expect(await answers(pinned)).toEqual([true])
    expect(await answers(pinned.with({}))).toEqual([true])
    expect([...new Set(versions)]).toEqual([before])
    expect(await answers(authorizer)).toEqual([false])
    expect([pinned.policyVersion, [...new Set(versions)]]).toEqual([before, [before, authorizer.policyVersion]])
  })

  it('knows a class that is registered later', () => {
    const { authorizer } = made()
    const pinned = authorizer.pinned()
    authorizer.loadSync(closed)
    class Other extends Doc {}
    authorizer.registerClass(Other)
    expect([pinned, authorizer].map((one) => one.can(user, 'read', new Other()))).toEqual([true, false])
  })

  it('needs a policy', () => {
    expect(() => new Authorizer().pinned()).toThrow('No policy is loaded.')
  })
})

describe('a request', () => {
  it('keeps the policy with which it began, and what begins within it does', async () => {
    const { authorizer, active } = made()
    let current: UsedPolicy | undefined
    active.keepIn(() => current)
    const within = (used: UsedPolicy | undefined) => {
      current = used
      const answer = answers(authorizer)
      current = undefined
      return answer
    }
    const first = active.begin()!
    expect(await answers(authorizer)).toEqual([true])
    authorizer.loadSync(closed)
    const second = active.begin()!
    const asked: unknown[] = []
    for (const used of [first, second, undefined, first]) {
      current = used
      asked.push(
        [...new Set(Array.from({ length: 100 }, () => authorizer.can(user, 'read', doc)))],
        authorizer.policyVersion,
      )
    }
    const [old, next] = [asked[1], asked[3]]
    expect(asked).toEqual([[true], old, [false], next, [false], next, [true], old])
    current = first
    const inner = active.begin()!
    current = undefined
    expect(inner).toBe(first)
    active.end(first)
    expect([await within(inner), await within(second)]).toEqual([[true], [false]])
    active.end(inner)
    expect(active.isOne).toBe(true)
    expect(await within(undefined)).toEqual([false])
  })
})

describe('a policy that decides until a time', () => {
  it.each(['the active one', 'a pinned one', 'that of a request'])('is refused after it: %s', async (which) => {
    const { authorizer, active } = made()
    const pinned = authorizer.pinned()
    const used = active.begin()
    const asked = which === 'a pinned one' ? pinned : authorizer
    active.keepIn(() => (which === 'that of a request' ? used : undefined))
    expect(await answers(asked)).toEqual([true])
    active.decidesUntil(performance.now() - 1)
    if (which !== 'the active one') authorizer.loadSync(closed)
    const stale = expect.objectContaining({ code: 'stale-policy' })
    expect(() => asked.can(user, 'read', doc)).toThrow(stale)
    expect(() => asked.canMany(user, 'read', [doc])).toThrow(stale)
    expect(() => asked.filter(user, 'read', 'Doc')).toThrow(stale)
    await expect(asked.isAllowed(user, 'read', doc)).rejects.toThrow(stale)
  })

  it('decides again once it is confirmed', async () => {
    const { authorizer, active } = made()
    active.decidesUntil(performance.now() - 1)
    expect(() => authorizer.can(user, 'read', doc)).toThrow('maxStale')
    active.decidesUntil(performance.now() + 60_000)
    expect(await answers(authorizer)).toEqual([true])
  })

  it('is refused while nothing else runs', () => {
    const { authorizer, active } = made()
    const until = performance.now() + 50
    active.decidesUntil(until)
    const later = () => {
      while (authorizer.can(user, 'read', doc) && performance.now() < until + 1_000);
    }
    expect(later).toThrow('maxStale')
    expect(performance.now()).toBeLessThan(until + 1_000)
  })
})
