import { Authorizer, type AuthorizerOptions } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { moduleOf } from '../../compile/src/testing/moduleOf.js'
import { defaultEqualityFn } from './equality.js'
import { Oso } from './index.js'

class Secret {
  readonly #token: string
  constructor(token: string) {
    this.#token = token
  }
  get token(): string {
    return this.#token
  }
}
class Coded extends Error {
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message)
  }
}
const hidden = (id: number): object => Object.defineProperty({}, 'id', { value: id })
const a = Buffer.from([1, 2])

const different: readonly (readonly [string, unknown, unknown])[] = [
  ['URLs', new URL('https://a.example'), new URL('https://b.example')],
  ['search parameters', new URLSearchParams('a=1'), new URLSearchParams('a=2')],
  ['headers', new Headers({ a: '1' }), new Headers({ a: '2' })],
  ['formats', new Intl.NumberFormat('en'), new Intl.NumberFormat('de')],
  ['collators', new Intl.Collator('en'), new Intl.Collator('de')],
  ['blobs', new Blob(['a']), new Blob(['b'])],
  ['weak references', new WeakRef({ a: 1 }), new WeakRef({ a: 1 })],
  ['weak maps', new WeakMap(), new WeakMap()],
  ['promises', Promise.resolve(1), Promise.resolve(1)],
  ['functions', () => 1, () => 1],
  ['objects of private fields', new Secret('a'), new Secret('b')],
  ['objects of hidden properties', hidden(1), hidden(2)],
  ['objects that inherit their fields', Object.create({ id: 1 }), Object.create({ id: 2 })],
  ['generators', (function* () {})(), (function* () {})()],
  ['encoders', new TextEncoder(), new TextDecoder()],
  ['signals', new AbortController().signal, AbortSignal.abort()],
  ['errors of one message', new Coded('no', 1), new Coded('no', 2)],
  ['numbers of two types', new Int8Array([1]), new Int16Array([1])],
]
const equal: readonly (readonly [string, unknown, unknown])[] = [
  ['URLs', new URL('https://a.example/x'), new URL('https://a.example/x')],
  ['dates', new Date(5), new Date(5)],
  ['patterns', /a/g, /a/g],
  ['boxed integers', Object(1n), Object(1n)],
  ['bytes', a, new Uint8Array([1, 2])],
  ['bytes in a larger buffer', new Uint8Array([0, 1, 2, 3]).subarray(1, 3), a],
  ['a buffer and its view', new Uint8Array([1, 2]).buffer, new DataView(new Uint8Array([1, 2]).buffer)],
  ['empty objects', {}, Object.create(null)],
  ['sets', new Set([1, { a: 1 }]), new Set([{ a: 1 }, 1])],
  [
    'maps',
    new Map<unknown, unknown>([
      ['a', { b: 1 }],
      [{ c: 1 }, 2],
    ]),
    new Map<unknown, unknown>([
      [{ c: 1 }, 2],
      ['a', { b: 1 }],
    ]),
  ],
]

describe('the equality of the drop-in', () => {
  it.each(different)('distinguishes two %s, at any depth', (_, left, right) => {
    for (const wrap of [(value: unknown) => value, (value: unknown) => [value], (value: unknown) => ({ value })]) {
      expect(defaultEqualityFn(wrap(left), wrap(right))).toBe(false)
      expect(defaultEqualityFn(wrap(right), wrap(left))).toBe(false)
      expect(defaultEqualityFn(wrap(left), wrap(left))).toBe(true)
    }
  })

  it.each(equal)('finds equal %s equal, from both sides', (_, left, right) => {
    expect(defaultEqualityFn(left, right)).toBe(true)
    expect(defaultEqualityFn(right, left)).toBe(true)
  })

  it('compares large sets and maps in linear time', () => {
    const numbers = Array.from({ length: 200_000 }, (_, at) => at)
    expect(defaultEqualityFn(new Set(numbers), new Set(numbers.toReversed()))).toBe(true)
    expect(defaultEqualityFn(new Map(numbers.map((n) => [n, n])), new Map(numbers.map((n) => [n, n])))).toBe(true)
  })
})

class User {
  constructor(readonly mark: unknown) {}
}
class Doc {
  constructor(readonly mark: unknown) {}
}
const policy =
  'allow(u: User, "read", d: Doc) if d.mark = u.mark; allow(u: User, "edit", d: Doc) if u.mark in [d.mark];'
const evaluators: readonly NonNullable<AuthorizerOptions['evaluator']>[] = ['machine', 'closures', 'source']

describe('a field that holds an object whose state is not in its properties', () => {
  const cases = different.filter(([, value]) => !(value instanceof Promise))

  it.each(cases)('grants nothing for other %s through the drop-in', async (_, left, right) => {
    const oso = new Oso()
    oso.registerClass(User)
    oso.registerClass(Doc)
    await oso.loadStr(policy)
    for (const action of ['read', 'edit']) {
      expect(await oso.isAllowed(new User(left), action, new Doc(right))).toBe(false)
      expect(await oso.isAllowed(new User(left), action, new Doc(left))).toBe(true)
    }
  })

  // a plain object of unknown class is an error there
  const classed = cases.filter(([name]) => name !== 'objects of hidden properties')
  it.each(classed)('grants nothing for other %s through an authorizer and a module', (_, left, right) => {
    for (const evaluator of evaluators) {
      const authorizer = new Authorizer({ evaluator }).registerClass(User).registerClass(Doc)
      authorizer.loadSync(policy)
      const module = moduleOf(authorizer)({ classes: { User, Doc } })
      for (const action of ['read', 'edit']) {
        expect(authorizer.can(new User(left), action, new Doc(right))).toBe(false)
        expect(authorizer.can(new User(left), action, new Doc(left))).toBe(true)
        expect(module.can(new User(left), action, new Doc(right))).toBe(false)
      }
    }
  })

  it.each(evaluators)('%s: compares bytes by content, also of a registered class', (evaluator) => {
    const authorizer = new Authorizer({ evaluator }).registerClass(User).registerClass(Doc).registerClass(Buffer)
    authorizer.loadSync(policy)
    const module = moduleOf(authorizer)({ classes: { User, Doc, Buffer } })
    for (const [left, right] of [
      [a, Buffer.from([1, 2])],
      [new Uint8Array([1, 2]), a],
      [a, new Uint8Array([1, 2]).buffer],
    ]) {
      for (const action of ['read', 'edit']) {
        expect(authorizer.can(new User(left), action, new Doc(right))).toBe(true)
        expect(module.can(new User(left), action, new Doc(right))).toBe(true)
      }
      expect(authorizer.can(new User(left), 'read', new Doc(Buffer.from([1, 3])))).toBe(false)
    }
  })
})
