import { createRequire } from 'node:module'
import * as dropIn from '@arcturus/oso'
import type * as Package from 'oso'
import { beforeEach, describe, expect, it, vi } from 'vitest'

const theirs = createRequire(import.meta.url)('oso') as typeof Package
const ours = dropIn as unknown as typeof Package

class User {
  readonly hidden = false
  constructor(readonly name: string) {}
}
class Post {
  readonly tags = ['x']
  constructor(readonly owner: User) {}
}
const ann = new User('ann')

interface Case {
  readonly policy?: string
  readonly query?: string
  readonly call?: readonly [rule: string, ...args: unknown[]]
  readonly constants?: Readonly<Record<string, unknown>>
  readonly accept?: boolean
  readonly file?: string
}

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  return () => vi.restoreAllMocks()
})

/** The results of a query as texts, or the name of its error and the message. */
async function outcome(lib: typeof Package, { policy = '', query, call, constants = {}, accept, file }: Case) {
  const oso = new lib.Oso()
  oso.registerClass(User)
  oso.registerClass(Post)
  for (const [name, value] of Object.entries(constants)) oso.registerConstant(value, name)
  const results: string[] = []
  try {
    await oso.loadStr(policy, file)
    const options = { acceptExpression: accept === true }
    const found = call ? oso.queryRule(options, ...call) : oso.query(query!, options)
    for await (const result of found) results.push(shown(result, new Map()))
    return { results }
  } catch (error) {
    const { name, message, constructor: cls } = error as Error
    return { results, error: name === 'Error' ? cls.name : name, message }
  } finally {
    oso.free()
  }
}

/** A value as a text, with variables that the query does not name numbered in the order of their appearance. */
function shown(value: unknown, temporary: Map<string, string>): string {
  const inner = (one: unknown): string => shown(one, temporary)
  if (value instanceof Map)
    return `{${[...value.keys()]
      .sort()
      .map((key) => `${key}: ${inner(value.get(key))}`)
      .join(', ')}}`
  if (Array.isArray(value)) return `[${value.map(inner).join(', ')}]`
  if (typeof value !== 'object' || value === null)
    return Object.is(value, -0) ? '-0' : (JSON.stringify(value) ?? String(value))
  const fields = value as Readonly<Record<string, unknown>>
  switch (value.constructor?.name) {
    case 'Variable': {
      const name = String(fields['name'])
      if (!name.startsWith('_') || name === '_this') return `?${name}`
      if (!temporary.has(name)) temporary.set(name, `?${temporary.size}`)
      return temporary.get(name)!
    }
    case 'Expression': {
      const args = (fields['args'] as readonly unknown[]).map(inner)
      if (fields['operator'] === 'Dot') return `${args[0]}.${args[1]}`
      // oso writes the two sides in an order that varies.
      if (['Unify', 'Eq', 'Neq'].includes(String(fields['operator']))) args.sort()
      return `${fields['operator']}(${args.join(', ')})`
    }
    case 'Pattern':
      return `${fields['tag'] ?? ''}${inner(fields['fields'])}`
    default:
      if ('RestVariable' in value) return '*rest'
      return `${value.constructor?.name} {${Object.keys(value)
        .sort()
        .map((key) => `${key}: ${inner(fields[key])}`)
        .join(', ')}}`
  }
}

const asked = (one: Case): string => `${one.policy ?? ''} ${one.query ?? JSON.stringify(one.call)}`.trim().slice(0, 80)

describe('The drop-in answers as oso', () => {
  const partial = (policy: string, query = 'f(x)'): Case => ({ policy, query, accept: true })
  it.each(
    [
      partial('f(x) if not x.hidden;'),
      partial('f(x) if not x.hidden = true;'),
      partial('f(x) if not x.a.b;'),
      partial('f(x) if not (x.a and x.b);'),
      partial('f(x) if not (x.a or x.b);'),
      partial('f(x) if not x.a = 1;'),
      partial('f(x) if not x.a == 1;'),
      partial('f(x) if not x.a != 1;'),
      partial('f(x) if not x.a > 1;'),
      partial('f(x) if not (y = x.a and y > 1);'),
      partial('f(x) if not (y = x.a and y.b = 1);'),
      partial('f(x) if not (x.a = 1 and x.b = 2);'),
      partial('f(x) if not (x.a = 1 or x.b > 2);'),
      partial('f(x) if not (not x.a = 1);'),
      partial('f(x) if x.a = 1 and not (x.b = 2 and x.c = 3);'),
      partial('f(x) if forall(x.a = 1, x.b = 2);'),
      partial('f(x) if forall(y in x.l, y.a = 1);'),
      partial('f(x) if not (y in x.l and y.a = 1);'),
      partial('f(x) if not g(x.a); g(y) if y.b = 1;'),
      partial('f(x: Post) if not x.hidden = true;'),
      partial('f(x) if y in x.l and z in x.l and y.a = z.b;'),
      partial('f(x, y) if x = y;', 'f(x, y)'),
      partial('f(x, y) if x.a = y;', 'f(x, y)'),
      partial('f(x, y) if y in x;', 'f(x, y)'),
      partial('f(x, y) if y in x.l;', 'f(x, y)'),
      partial('f(x, y) if not y in x.l;', 'f(x, y)'),
      partial('f(x, y) if x + 1 = y;', 'f(x, y)'),
      partial('f(x, y) if not x = y;', 'f(x, y)'),
      partial('f(x, x);', 'f(x, y)'),
      partial('f(x, x, y, y);', 'f(a, b, c, d)'),
      partial('', 'x = y and y = z'),
      partial('', 'x = [y, z] and y = z'),
      partial('', 'x = [y] and y > 1'),
      { query: 'x = y' },
      { query: 'x = y and y = z' },
      { query: 'x = [y, z] and y = z' },
      { query: 'x = [y] and y > 1' },
    ].map((one) => [asked(one), one] as const),
  )('with what is left of %s', async (_, one) => {
    const [wanted, got] = [await outcome(theirs, one), await outcome(ours, one)]
    expect({ ...got, message: undefined }).toEqual({ ...wanted, message: undefined })
  })

  it.each(
    [
      { query: 'x = Dictionary.entries({b: 1, a: [2]})' },
      { query: 'x = Dictionary.keys({b: {c: 1}, a: 2})' },
      { query: 'x = Dictionary.values({b: {c: 1}, a: 2})' },
      { query: 'x in Dictionary.entries({b: 1, a: 2})' },
      { query: 'x = Dictionary.keys({})' },
      { query: 'x = Dictionary.keys(ann)', constants: { ann } },
      { query: 'x = Dictionary.values(d)', constants: { d: { z: 1, a: 2 } } },
      { query: 'x matches [1, 2]' },
      { query: 'x matches [1, 2] and x = [1, 2]' },
      { query: 'x matches [1, 2] and x = [1, 3]' },
      { query: 'x matches [y, 2] and y = 1' },
      { query: '[1, *r] matches [1, 2, 3]' },
      { query: '[1, *r] matches [1]' },
      { query: '[1, *r] matches [2, 3]' },
      { query: '[1, 2] matches [1, 2]' },
      { query: '[1, 2, 3] matches [1, *r]' },
      { query: '[{a: 1, b: 2}] matches [{a: y}]' },
      { query: 'l matches [1, x]', constants: { l: [1, 2] } },
      { query: 'f(x)', policy: 'f(_: [1, 2]);' },
      { query: 'f(x)', policy: 'f(_: [1, *r]) if r = [2];' },
      { query: 'f([1, 2])', policy: 'f(_: [1, x]) if x = 2;' },
      { query: '9007199254740993 = 9007199254740992' },
      { query: '9007199254740993 > 9007199254740992' },
      { query: 'x = 9007199254740993 - 9007199254740992' },
      { query: 'x = 9223372036854775807 rem 10' },
      { query: 'x = 9223372036854775807 + 1' },
      { query: 'x = 9007199254740993 / 2' },
      { query: 'f(9007199254740993)', policy: 'f(9007199254740992);' },
      { query: 'n == n', constants: { n: Number.NaN } },
      { query: 'n != n', constants: { n: Number.NaN } },
      { query: 'n < 1', constants: { n: Number.NaN } },
      { query: 'x = n', constants: { n: Number.NaN } },
      { query: 'z = 0', constants: { z: -0 } },
      { query: 'z == 0 and not z < 0', constants: { z: -0 } },
      { query: 'x = 1 / -0.0' },
      { query: 'x = i + 1 and i > 5', constants: { i: Number.POSITIVE_INFINITY } },
    ].map((one: Case) => [asked(one), one] as const),
  )('to %s', async (_, one) => {
    const [wanted, got] = [await outcome(theirs, one), await outcome(ours, one)]
    expect({ ...got, message: undefined }).toEqual({ ...wanted, message: undefined })
  })

  it.each(
    [
      { policy: 'foo(a, b) if a in b;', query: 'foo(1, 2)' },
      { query: 'undefined.foo', constants: { undefined: undefined } },
      { query: 'new User("A").a() = x' },
      { policy: 'f(x) if x.nope = 1;', query: 'f(ann)', file: 'p.polar' },
      { policy: 'f(x) if g(x, [1, "a"]);\ng(x, y) if x.nope = y;', call: ['f', ann], file: 'p.polar' },
      { policy: 'f(x, _, _, _) if x.nope;', call: ['f', ann, 'read', { a: [1] }, null] },
      { policy: 'f(x) if x in 3;', query: 'f(2)', file: 'p.polar' },
      { policy: 'f(x) if x in 1.5;', query: 'f(2)' },
      { policy: 'f(x) if x in true;', query: 'f(2)' },
      { policy: 'f(x) if y = x.name and y.foo = 1;', query: 'f(ann)' },
      { policy: 'f(x) if g(x) or h(x); g(x) if x.name = "b"; h(x) if x.zip = 1;', query: 'f(ann)' },
      { policy: 'f(x) if g(x) and x = 1; g(x) if x.zip = 1 and x = 2;', query: 'f(ann)', file: 'p.polar' },
      { policy: 'f(x) if x.tags.nope();', query: 'f(post)' },
      { policy: 'f(x) if x.owner.zip > 1 and x = 1;', query: 'f(post)' },
      { policy: 'f(x) if 1 in x.zip;', query: 'f(post)' },
    ].map((one) => [asked(one as Case), { constants: { ann, post: new Post(ann) }, ...one } as Case] as const),
  )('with the message and the trace of %s', async (_, one) => {
    const [wanted, got] = [await outcome(theirs, one), await outcome(ours, one)]
    expect(wanted.message).toContain('trace (most recent evaluation last)')
    expect(got).toEqual(wanted)
  })

  it.each([
    ['actor', 'has_permission(u: User, "a", p: Post) if u = p; resource Post {}'],
    ['resource', 'has_permission(u: User, "a", p: Post) if u = p; actor User {}'],
  ])('with the hint to add an %s block', async (keyword, policy) => {
    const [wanted, got] = [await outcome(theirs, { policy }), await outcome(ours, { policy })]
    const hint = new RegExp(`\\n\\tPerhaps you meant to add an? ${keyword} block[^]*?\\n\\n\\t {2}[^\\n]*\\n`)
    expect(hint.exec(wanted.message!)?.[0]).toBeDefined()
    expect(hint.exec(got.message!)?.[0]).toBe(hint.exec(wanted.message!)?.[0])
  })
})
