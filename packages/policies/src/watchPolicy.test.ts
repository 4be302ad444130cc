import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Authorizer, type Difference } from '@arcturus/core'
import { afterEach, describe, expect, it, test, vi } from 'vitest'
import { schemaOf } from './bundle.js'
import { type WatchedSource, watchPolicy, writeBundle } from './index.js'
import { kinds, opened, published } from './testing/publishing.js'
import type { PolicyWatch, WatchPolicyOptions } from './watchPolicy.js'

class User {}
class Note {
  static count = 0
  constructor(readonly isPublic = true) {}
}
const made = () => new Authorizer({ log: () => {} }).registerClass(User).registerClass(Note)
const allowing = (action: string) => `allow(_: User, "${action}", _: Note);`
const may = (authorizer: Authorizer, action: string) => authorizer.isAllowed(new User(), action, new Note())
const schema = schemaOf(made())
const keys = generateKeyPairSync('ed25519')
const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString()
const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const bundled = (number: number, action = `act${number}`, key: string | undefined = privateKey, others = {}) =>
  writeBundle({ number, schema, texts: [{ name: 'main.polar', text: allowing(action) }], ...others }, key)

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

/** A source in memory. */
function memory(text?: string) {
  let changed = () => {}
  const state = { text, isHanging: false, reads: 0 }
  const source: WatchedSource = {
    name: 'memory',
    read: async () => {
      state.reads++
      if (state.isHanging) await new Promise(() => {})
      if (state.text === undefined) throw new Error('There is nothing.')
      return { texts: [{ name: 'memory', text: state.text }] }
    },
    watch: (listener) => {
      changed = listener
      return () => {}
    },
  }
  return { state, source, signal: () => changed() }
}

async function watched(options: WatchPolicyOptions, authorizer = made()) {
  const errors: unknown[] = []
  const watch = await watchPolicy(authorizer, { onError: (error) => errors.push(error), ...options })
  open.push(() => watch.close())
  return { authorizer, watch, errors, codes: () => errors.map((error) => (error as { code?: string }).code) }
}

const isTold = (watch: PolicyWatch, number: number) =>
  vi.waitFor(() => expect(watch.status().number).toBe(number), 5_000)

describe.each(kinds)('the source %s', (kind) => {
  it('brings each policy within a second, and none that is refused', async () => {
    const at = await published(kind)
    open.push(at.close)
    await at.publish(bundled(1))
    const { source, close } = await opened(at.place)
    open.push(close)
    // What is pushed is not awaited by a poll.
    const poll = kind === 'http' ? 100 : 60_000
    const { authorizer, watch, codes } = await watched({ source, verify: publicKey, poll })
    expect(await may(authorizer, 'act1')).toBe(true)
    for (const number of [2, 3, 4]) {
      const begun = performance.now()
      await at.publish(bundled(number))
      await isTold(watch, number)
      expect(performance.now() - begun).toBeLessThan(1_000)
      expect([await may(authorizer, `act${number}`), watch.status().isReady]).toEqual([true, true])
    }
    await at.tear(bundled(5).slice(0, 80))
    await vi.waitFor(() => expect(codes()).toContain('damaged-bundle'), 5_000)
    expect(await may(authorizer, 'act4')).toBe(true)
    if (!at.wire) return
    // A connection that is lost is made again, and what came meanwhile is read.
    at.wire.reset()
    await at.publish(bundled(6))
    await isTold(watch, 6)
  })
})

describe('a bundle is refused', () => {
  const changed = (text: string) => text.replace('act3', 'act4')
  const other = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const noNumber = writeBundle({ number: Number.NaN, schema, texts: [] }, privateKey)
  test.each([
    ['with another key', bundled(3, 'act3', other), 'untrusted-bundle'],
    ['without a signature', bundled(3, 'act3', ''), 'untrusted-bundle'],
    ['that is Polar', allowing('act3'), 'damaged-bundle'],
    ['with a changed byte', changed(bundled(3)), 'damaged-bundle'],
    ['that is cut', bundled(3).slice(0, -4), 'damaged-bundle'],
    ['that is empty', '', 'damaged-bundle'],
    ['without a number', noNumber, 'damaged-bundle'],
    ['with a smaller number', bundled(1), 'old-bundle'],
    ['with the same number', bundled(2, 'act3'), 'old-bundle'],
    ['of another schema', bundled(3, 'act3', privateKey, { schema: 'other' }), 'other-schema'],
  ])('%s', async (_, text, code) => {
    const { state, source } = memory(bundled(2))
    const { authorizer, watch, codes } = await watched({ source, verify: publicKey })
    state.text = text
    await watch.refresh()
    await watch.refresh()
    expect([codes(), watch.status().error]).toMatchObject([[code], { code }])
    expect(await may(authorizer, 'act2')).toBe(true)
    state.text = bundled(4)
    await watch.refresh()
    expect([await may(authorizer, 'act4'), watch.status().error]).toEqual([true, undefined])
  })

  it('also with an error of the policy, and a key that is none', async () => {
    const { state, source } = memory(allowing('read'))
    const { authorizer, watch, codes } = await watched({ source })
    state.text = 'allow('
    await watch.refresh()
    expect([await may(authorizer, 'read'), codes()]).toEqual([true, ['unexpected-end']])
    await expect(watched({ source, verify: 'x' })).rejects.toThrow("key can't be read")
    await expect(watched({ source, verify: [] })).rejects.toThrow('no key')
    await expect(watched({ source, maxStale: 10 })).rejects.toThrow('longer than `poll`')
  })
})

describe('a policy that nobody confirms', () => {
  it('decides no longer than `maxStale`, and again once it is confirmed', async () => {
    const { state, source } = memory(bundled(1))
    const { authorizer, watch, codes } = await watched({ source, poll: 20, maxStale: 200, timeout: 50 })
    const pinned = authorizer.pinned()
    for (let count = 0; count < 5; count++, await wait(100)) expect(await may(authorizer, 'act1')).toBe(true)
    state.isHanging = true
    await vi.waitFor(() => expect(() => authorizer.can(new User(), 'act1', new Note())).toThrow('maxStale'), 2_000)
    await expect(may(pinned, 'act1')).rejects.toMatchObject({ code: 'stale-policy' })
    expect(watch.status()).toMatchObject({
      isReady: false,
      number: 1,
      error: { message: expect.stringContaining('50 ms') },
    })
    await vi.waitFor(() => expect(codes()).toContain('stale-policy'))
    state.isHanging = false
    await vi.waitFor(async () => expect(await may(authorizer, 'act1')).toBe(true), 3_000)
    expect(watch.status()).toMatchObject({ isReady: true, error: undefined })
  })

  it('only warns by option', async () => {
    const { state, source } = memory(bundled(1))
    const { authorizer, codes } = await watched({ source, poll: 20, maxStale: 60, timeout: 10, whenStale: 'warns' })
    state.isHanging = true
    await vi.waitFor(() => expect(codes()).toContain('stale-policy'), 2_000)
    expect(await may(authorizer, 'act1')).toBe(true)
  })
})

describe('the last good policy', () => {
  const inFolder = () => {
    const folder = mkdtempSync(join(tmpdir(), 'last-good-'))
    open.push(() => rmSync(folder, { recursive: true, force: true }))
    return join(folder, 'policy.json')
  }

  it('serves a start without the source, for as long as it was confirmed', async () => {
    const { state, source } = memory(bundled(2))
    const lastGood = inFolder()
    const options = { source, lastGood, verify: publicKey, poll: 1_000, maxStale: 60_000 }
    await watched(options)
    state.text = undefined
    const { authorizer, watch } = await watched(options)
    expect([await may(authorizer, 'act2'), watch.status().isReady, watch.status().number]).toEqual([true, true, 2])
    // A number below its own is old in the next process, too.
    state.text = bundled(1)
    const later = await watched(options)
    expect([await may(later.authorizer, 'act2'), later.codes()]).toEqual([true, ['old-bundle']])
    for (const confirmed of [Date.now() - 61_000, Date.now() + 10_000]) {
      writeFileSync(lastGood, JSON.stringify({ ...JSON.parse(readFileSync(lastGood, 'utf8')), confirmed }))
      const stale = await watched(options)
      await expect(may(stale.authorizer, 'act2')).rejects.toMatchObject({ code: 'stale-policy' })
    }
    writeFileSync(lastGood, JSON.stringify({ texts: [{ text: allowing('act2') }], confirmed: Date.now() }))
    state.text = undefined
    await expect(watched(options)).rejects.toThrow()
  })

  it('is not needed: a disk that takes nothing stops nothing', async () => {
    const { state, source } = memory(bundled(1))
    const { authorizer, watch, errors } = await watched({ source, lastGood: '/proc/none/policy.json' })
    state.text = bundled(2)
    await watch.refresh()
    expect([await may(authorizer, 'act2'), errors.length]).toEqual([true, 2])
  })
})

test.each([0, 1])('a candidate is asked by the share %d of the processes, and decides nothing', async (share) => {
  const never = 'allow(_: User, "act1", note: Note) if note.isPublic = false;'
  const texts = [never, allowing('more')].map((text, at) => ({ name: `${at}.polar`, text }))
  const differences: Difference[] = []
  const onDifference = (difference: Difference) => differences.push(difference)
  const { state, source } = memory(bundled(1, 'act1', privateKey, { candidate: { texts, share } }))
  const { authorizer, watch } = await watched({ source, onDifference })
  expect([await may(authorizer, 'act1'), differences.length]).toEqual([true, share])
  state.text = bundled(2, 'act1')
  await watch.refresh()
  expect([await may(authorizer, 'act1'), differences.length]).toEqual([true, share])
})

test('values of constants and statics are not of the schema, names are', () => {
  Note.count++
  expect(schemaOf(made())).toBe(schema)
  expect(schemaOf(made().registerConstant(1, 'limit'))).not.toBe(schema)
  expect(schemaOf(made().registerConstant(1, 'limit'))).toBe(schemaOf(made().registerConstant(2, 'limit')))
})
