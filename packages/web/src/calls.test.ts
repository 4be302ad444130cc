import { AsyncLocalStorage } from 'node:async_hooks'
import { Authorizer } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { Calls } from './calls.js'

class User {
  constructor(readonly name: string) {}
}
class Note {
  constructor(readonly owner: string) {}
}
const ada = { user: new User('ada') }
const note = new Note('ada')

function callsOf(): { calls: Calls<{ user?: User }, User>; authorizer: Authorizer } {
  const authorizer = new Authorizer().registerClass(User).registerClass(Note)
  authorizer.loadSync('allow(user: User, "read", note: Note) if note.owner = user.name;')
  return { authorizer, calls: new Calls(authorizer, { actor: ({ user }) => user }, new AsyncLocalStorage()) }
}

describe('calls', () => {
  it('return the rows that the actor may read, and deny missing rows as hidden ones', async () => {
    const { calls } = callsOf()
    const read = (context: { user?: User }, row: Note | undefined) =>
      calls.answer(context, 'read', () => calls.authorize('read', async () => row))
    expect(await read(ada, note)).toBe(note)
    const denied = (context: object, row?: Note) =>
      read(context, row).then(
        () => 'allowed',
        ({ status, message }) => `${status} ${message}`,
      )
    const eve = { user: new User('eve') }
    expect(await denied(eve, note)).toBe(await denied(eve))
    expect(await denied(eve, note)).toMatch(/^404/)
    expect(await denied({}, note)).toBe(await denied({}))
    expect(await denied({}, note)).toMatch(/^401/)
  })

  it('that decide nothing have no answer, one beside the other', async () => {
    const { calls, authorizer } = callsOf()
    const context = { user: new User('ada') }
    const wait = () => new Promise((resolve) => setTimeout(resolve, 2))
    const decided = calls.answer(context, 'list', async () => {
      await wait()
      return authorizer.filter(calls.authorization.actor, 'read', 'Note').kind
    })
    const forgotten = calls.answer(context, 'secret', async () => {
      await wait()
      await wait()
      return 'secret'
    })
    expect(await decided).toBe('condition')
    await expect(forgotten).rejects.toMatchObject({ code: 'undecided', message: expect.stringContaining('secret') })
    expect(await calls.answer(context, 'health', () => calls.unguarded('liveness'))).toBeUndefined()
  })

  it('answer streams whose values have a decision each, which is made anew', async () => {
    const { calls, authorizer } = callsOf()
    const own = new Note('ada')
    const valuesOf = async (stream: () => AsyncGenerator<unknown>) => {
      const values: unknown[] = []
      try {
        for await (const value of await calls.answer(ada, 'watch', stream)) values.push(value)
      } catch (error) {
        values.push(Reflect.get(error as object, 'code'))
      }
      return values
    }
    const ended: string[] = []
    expect(
      await valuesOf(async function* () {
        try {
          for (let at = 0; at < 3; at++) {
            yield await calls.authorization.isAllowed('read', own)
            Reflect.set(own, 'owner', 'eve')
          }
        } finally {
          ended.push('finally')
        }
      }),
    ).toEqual([true, false, false])
    expect(
      await valuesOf(async function* () {
        yield* authorizer.authorizedRows(calls.authorization.actor, 'read', [note])
      }),
    ).toEqual([note])
    const forgotten = async function* () {
      try {
        yield 'secret'
      } finally {
        ended.push('finally')
      }
    }
    expect(await valuesOf(forgotten)).toEqual(['undecided'])
    const forgottenAwait = async function* () {
      calls.authorization.authorize('read', new Note('eve'))
      yield 'secret'
    }
    expect(await valuesOf(forgottenAwait)).toEqual(['forgotten-await'])
    expect(ended).toEqual(['finally', 'finally'])
  })

  it('count for the call that they are part of', async () => {
    const { calls } = callsOf()
    const inner = () => calls.answer(ada, 'inner', () => calls.authorize('read', () => note))
    expect(await calls.answer(ada, 'outer', inner)).toBe(note)
    const open = () => calls.answer(ada, 'open', () => calls.unguarded('public'))
    await expect(calls.answer(ada, 'outer', open)).rejects.toMatchObject({ code: 'undecided' })
  })

  it('are under way only within `answer`', async () => {
    const { calls } = callsOf()
    expect(() => calls.authorization).toThrow(/No call is under way/)
    await expect(calls.authorize('read', () => note)).rejects.toThrow(/No call is under way/)
    expect(() => calls.unguarded('')).toThrow(/reason/)
    expect(() => new Calls({} as never, { actor: () => null }, new AsyncLocalStorage<never>())).toThrow(/authorizer/)
  })
})
