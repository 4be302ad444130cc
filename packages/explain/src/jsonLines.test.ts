import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Authorizer } from '@arcturus/core'
import { expect, test } from 'vitest'
import { chainReader } from './chain.js'
import { jsonLines } from './index.js'

class User {
  constructor(readonly id: bigint) {}
}
const ada = new User(1n)

function made() {
  const authorizer = new Authorizer({ log: () => {} }).registerClass(User, { key: 'id' })
  authorizer.loadSync({ name: 'main.polar', text: 'allow(user: User, "read", user: User);' })
  return authorizer
}

/** A stream that takes some lines, and then more of them after each `drain`. */
function streamOf(size: number) {
  const lines: string[] = []
  let [room, drain] = [size, () => {}]
  return {
    lines,
    drain: () => {
      room = size
      drain()
    },
    write: (line: string) => {
      lines.push(line)
      return --room > 0
    },
    once: (_: 'drain', listener: () => void) => {
      drain = listener
    },
  }
}

test('each decision is a line with its rules', () => {
  const authorizer = made()
  const stream = streamOf(10)
  authorizer.onDecision(jsonLines(stream))
  authorizer.onDecision(jsonLines(stream, { rules: false }))
  authorizer.can(ada, 'read', ada)
  expect(stream.lines.every((line) => line.endsWith('}\n'))).toBe(true)
  const [first, second] = stream.lines.map((line) => JSON.parse(line))
  expect(first).toMatchObject({
    kind: 'decision',
    actor: { model: 'User', key: '1' },
    outcome: 'allowed',
    rules: [{ name: 'allow', file: 'main.polar', line: 1 }],
    policyVersion: authorizer.policyVersion,
  })
  expect(second).not.toHaveProperty('rules')
})

test('the listener of the documents writes keys of the type bigint, too', () => {
  const authorizer = made()
  const lines: string[] = []
  authorizer.onDecision((decision) => lines.push(JSON.stringify({ ...decision.toJSON(), rules: decision.rules })))
  authorizer.can(ada, 'read', ada)
  expect(JSON.parse(lines[0]!)).toMatchObject({ actor: { key: '1' }, resource: { key: '1' } })
})

test('a key is written up to 200 characters, whatever was sent as a row', () => {
  const authorizer = made()
  const stream = streamOf(10)
  authorizer.onDecision(jsonLines(stream))
  const long = 'x'.repeat(100_000)
  for (const id of [long, { toString: () => long }]) {
    const row = Object.assign(new User(1n), { id })
    authorizer.can(row, 'read', row)
  }
  for (const line of stream.lines) {
    expect(JSON.parse(line).resource.key).toBe(`${'x'.repeat(200)}…`)
    expect(line.length).toBeLessThan(1000)
  }
  expect(stream.lines).toHaveLength(2)
})

test('a bounded number of lines waits for a stream that is full, and the log says how many are lost', () => {
  const authorizer = made()
  const stream = streamOf(2)
  authorizer.onDecision(jsonLines(stream, { waiting: 3 }))
  for (let count = 0; count < 10; count++) expect(authorizer.can(ada, 'read', ada)).toBe(true)
  expect(stream.lines).toHaveLength(2)
  for (let count = 0; count < 4; count++) stream.drain()
  expect(stream.lines.map((line) => JSON.parse(line).kind)).toEqual([...Array(5).fill('decision'), 'dropped'])
  expect(JSON.parse(stream.lines.at(-1)!)).toEqual({ kind: 'dropped', count: 5 })
  authorizer.can(ada, 'read', ada)
  expect(stream.lines).toHaveLength(7)
})

test('a chain shows each line that is changed, missing or moved, also among those of another process', () => {
  const [authorizer, other] = [made(), made()]
  const log = streamOf(5)
  for (const one of [authorizer, other]) one.onDecision(jsonLines(log, { chain: true, waiting: 2 }))
  for (let count = 0; count < 8; count++) (count % 3 === 2 ? other : authorizer).can(ada, 'read', ada)
  for (let count = 0; count < 4; count++) log.drain()
  const lines = log.lines.map((line) => line.trimEnd())
  expect(lines.length).toBeGreaterThan(4)
  const faults = (read: readonly string[]) => {
    const fault = chainReader()
    return read.map((line) => fault(line)).filter((found) => found !== undefined)
  }
  expect(faults(lines)).toEqual([])
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!
    expect(faults(lines.with(at, line.replace('"kind":"', '"kind":"x')))[0]).toBe('changed')
    const rest = lines.toSpliced(at, 1)
    const isLastOfIts = !rest.slice(at).some((later) => JSON.parse(later).chain.id === JSON.parse(line).chain.id)
    expect(faults(rest)).toEqual(isLastOfIts ? [] : ['missing'])
    expect(faults([...rest, line])).toEqual(isLastOfIts ? [] : ['missing', 'moved'])
    expect(faults([...lines, line])).toEqual(['moved'])
  }
  expect(faults(['{"kind":"decision"}'])).toEqual(['unchained'])
})

test('with `whenFull: "throw"` and `required`, a decision that is not written fails', () => {
  const authorizer = made()
  authorizer.onDecision(jsonLines(streamOf(1), { waiting: 1, whenFull: 'throw' }), { required: true })
  expect([authorizer.can(ada, 'read', ada), authorizer.can(ada, 'read', ada)]).toEqual([true, true])
  expect(() => authorizer.can(ada, 'read', ada)).toThrow(expect.objectContaining({ code: 'slow-listener' }))
})

setFlagsFromString('--expose-gc')
// Sound: the flag makes it.
const collect = runInNewContext('gc') as () => void

/** Returns the size of what is still reachable. */
function heldBytes(): number {
  collect()
  return process.memoryUsage().heapUsed
}

test('many decisions through a slow and a throwing listener change nothing and hold nothing', () => {
  const authorizer = made()
  const stream = streamOf(1)
  authorizer.onDecision(jsonLines(stream))
  authorizer.onDecision(() => new Promise(() => {}))
  const full = new Error('the disk is full')
  authorizer.onDecision(() => {
    throw full
  })
  let [allowed, before] = [0, 0]
  for (let count = 0; count < 200_000; count++) {
    if (count === 10_000) before = heldBytes()
    if (authorizer.can(ada, 'read', ada)) allowed++
  }
  expect(allowed).toBe(200_000)
  expect(stream.lines).toHaveLength(1)
  // A decision takes at least 200 bytes: they would take 40 MB.
  expect((heldBytes() - before) / 2 ** 20).toBeLessThan(20)
})
