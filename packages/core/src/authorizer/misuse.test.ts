import { describe, expect, test } from 'vitest'
import { ArgumentError } from '../errors.js'
import type { Limits } from '../machine/index.js'
import { defaultLimits } from '../machine/index.js'
import { Authorizer } from './authorizer.js'
import { type EvaluatorName, limitsOf } from './options.js'

class User {
  constructor(readonly id: number) {}
}
class Note {
  constructor(readonly ownerId: number) {}
}

const text = `
  allow(_: User, "read", _: Note);
  allow(_, "peek", _);
  allow_field(_: User, "read", _, "title");
  allow_request(_, _);
`

function authorizerWith(evaluator: EvaluatorName): Authorizer {
  const authorizer = new Authorizer({ evaluator }).registerClass(User).registerClass(Note)
  authorizer.loadSync(text)
  return authorizer
}

const user = new User(1)
const note = new Note(1)
const findNote = async (): Promise<Note> => note
/** What a Prisma client gives before it is awaited is no Promise, but an object with a method `then`. */
// biome-ignore lint/suspicious/noThenProperty: this is about objects that have it
const query = { then: (use: (found: Note) => void) => use(note) }

describe.each(['source', 'closures', 'machine'] as const)('with %s', (evaluator) => {
  const authorizer = authorizerWith(evaluator)

  test.each([
    ['a promise', Promise.resolve(user), /await it/],
    ['a class', User, /not a function/],
    ['a function', () => user, /not a function/],
    ['a plain object', { id: 1 }, /authorizer\.as/],
    ['undefined', undefined, /null for an anonymous user/],
  ])('%s is not an actor', async (_, actor, hint) => {
    expect(() => authorizer.can(actor, 'peek', note)).toThrow(hint)
    await expect(authorizer.isAllowed(actor, 'peek', note)).rejects.toThrow(ArgumentError)
    await expect(authorizer.authorize(actor, 'peek', note)).rejects.toThrow(hint)
    await expect(authorizer.authorizedActions(actor, note)).rejects.toThrow(hint)
    await expect(authorizer.authorizeField(actor, 'read', note, 'title')).rejects.toThrow(hint)
    await expect(authorizer.authorizedFields(actor, 'read', note)).rejects.toThrow(hint)
    await expect(authorizer.authorizeRequest(actor, {})).rejects.toThrow(hint)
    expect(() => authorizer.filter(actor, 'read', 'Note')).toThrow(hint)
    await expect(authorizer.loadFilter(actor, 'read', 'Note')).rejects.toThrow(hint)
  })

  test.each([
    ['a promise', findNote(), /await it/],
    ['a query that nobody awaited', query, /await it/],
    ['a function', findNote, /not a function/],
    ['a plain object', { ownerId: 1 }, /authorizer\.as/],
    ['undefined', undefined, /is undefined/],
  ])('%s is not a resource', async (_, resource, hint) => {
    expect(() => authorizer.can(user, 'peek', resource)).toThrow(hint)
    await expect(authorizer.isAllowed(user, 'peek', resource)).rejects.toThrow(ArgumentError)
    await expect(authorizer.authorizedActions(user, resource)).rejects.toThrow(hint)
    await expect(authorizer.authorizeField(user, 'read', resource, 'title')).rejects.toThrow(hint)
    await expect(authorizer.authorizedFields(user, 'read', resource)).rejects.toThrow(hint)
  })

  test('a registered class is a resource that does not exist yet', () => {
    expect(authorizer.can(user, 'read', Note)).toBe(true)
  })

  test('actions and fields must be strings', async () => {
    const nothing = undefined as unknown as string
    expect(() => authorizer.can(user, nothing, note)).toThrow(ArgumentError)
    await expect(authorizer.authorizeField(user, nothing, note, 'title')).rejects.toThrow(ArgumentError)
    await expect(authorizer.authorizeField(user, 'read', note, nothing)).rejects.toThrow(ArgumentError)
    await expect(authorizer.authorizedFields(user, nothing, note)).rejects.toThrow(ArgumentError)
  })

  test.each([
    ['a promise', findNote(), /await it/],
    ['a query that nobody awaited', query, /await it/],
    ['a list', [{ ownerId: 1 }], /each/],
    ['an instance of another class', new User(1), /User/],
    ['nothing', null, /an object/],
  ])('%s is rejected as a row', (_, row, hint) => {
    expect(() => authorizer.as('Note', row as object)).toThrow(hint)
  })

  test.each([undefined, null, 1, 'Note', [note], findNote(), () => note])('%o is in no filter', (value) => {
    expect(() => authorizer.filter(user, 'read', 'Note').matches(value)).toThrow(ArgumentError)
  })

  test('a row of another model is in no filter', () => {
    const filter = authorizer.filter(user, 'read', 'Note')
    expect(filter.kind).toBe('all')
    expect(filter.matches(new User(1))).toBe(false)
    expect(filter.matches(authorizer.as('User', { id: 1 }))).toBe(false)
    expect(filter.matches(new Note(2))).toBe(true)
    expect(filter.matches({ ownerId: 2 })).toBe(true)
  })
})

describe('options', () => {
  test('a limit that is undefined is the default one', () => {
    // As from JavaScript, or without exactOptionalPropertyTypes.
    const limits = { frames: undefined, steps: 10 } as unknown as Partial<Limits>
    expect(limitsOf(limits)).toStrictEqual({ ...defaultLimits, steps: 10 })
  })

  test.each([
    [{ limits: { steps: Number.NaN } }, /steps/],
    [{ limits: { syncTime: '100' as unknown as number } }, /syncTime/],
    [{ limits: { depth: 5 } as object }, /depth/],
    [{ readAction: null as unknown as string }, /readAction/],
  ])('%o is rejected', (options, message) => {
    expect(() => new Authorizer(options)).toThrow(message)
  })
})

describe('concurrent loads', () => {
  test('keep the policy of the last call', async () => {
    const gates = new Map<string, () => void>()
    const gate = (name: string) => new Promise<boolean>((resolve) => gates.set(name, () => resolve(true)))
    const authorizer = new Authorizer().registerClass(User).registerClass(Note).registerConstant({ gate }, 'Gate')
    const first = authorizer.load('allow(_, "read", _); ?= Gate.gate("first") = true;')
    const second = authorizer.load('allow(_, "write", _); ?= Gate.gate("second") = true;')
    await new Promise((resolve) => setTimeout(resolve))
    gates.get('second')!()
    const loaded = await second
    gates.get('first')!()
    await first
    expect(authorizer.policy).toBe(loaded)
    expect(authorizer.can(user, 'write', note)).toBe(true)
  })

  test('keep the earlier policy if the later one fails', async () => {
    const authorizer = new Authorizer().registerClass(User).registerClass(Note)
    const first = authorizer.load('allow(_, "read", _);')
    await expect(authorizer.load('allow(')).rejects.toThrow()
    await first
    expect(authorizer.can(user, 'read', note)).toBe(true)
  })
})

test.each([
  ['null', null, 'it is no type'],
  ['an object without a type', {}, '`type` must be a class or a name'],
  ['a number as a model', { many: 5 }, '`many` must be a class or a name'],
])('a field that is declared by %s is refused', (_, declaration, message) => {
  const register = () => new Authorizer().registerModels([{ name: 'Tag', fields: { x: declaration as never } }])
  expect(register).toThrow(ArgumentError)
  expect(register).toThrow(`Invalid declaration of field Tag.x: ${message}`)
})
