import { Authorizer } from '@arcturus/core'
import { expect, it } from 'vitest'
import { diffPolicies } from '../diff/index.js'
import { matrixReport } from './matrix.js'

class User {
  constructor(readonly id: number) {}
}
class Note {
  constructor(readonly ownerId: number) {}
}

const text = 'allow(user: User, "read", note: Note) if note.ownerId = user.id;'
const rows = { Note: [new Note(1), new Note(2)] }

async function inherited<Value>(name: string, value: unknown, run: () => Promise<Value>): Promise<Value> {
  Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: true, writable: true })
  try {
    return await run()
  } finally {
    Reflect.deleteProperty(Object.prototype, name)
  }
}

it('options that all objects inherit change no matrix and no difference', async () => {
  const authorizer = new Authorizer({ log() {} }).registerClass(User).registerClass(Note)
  await authorizer.load(text)
  const report = () =>
    matrixReport(authorizer, {
      actors: { ann: new User(1) },
      resources: { hers: rows.Note[0], other: rows.Note[1] },
      allowed: { ann: { hers: ['read'] } },
    })
  const diff = () => diffPolicies(authorizer, text, 'allow(_: User, "read", _: Note);', { actors: [new User(1)], rows })
  const [reported, found] = [JSON.stringify(await report()), String(await diff())]
  expect(found).toContain('+ read Note')
  const others = {
    fields: { ann: { hers: { read: ['ownerId'] } } },
    requests: { home: { request: {}, allowed: ['ann'] } },
    samples: 0,
    onProgress: () => {
      throw new Error('an option of nobody')
    },
  }
  for (const [name, value] of Object.entries(others)) {
    expect(JSON.stringify(await inherited(name, value, report))).toBe(reported)
    expect(String(await inherited(name, value, diff))).toBe(found)
  }
})
