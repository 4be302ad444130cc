import { describe, expect, it } from 'vitest'
import { moduleOf } from '../../../compile/src/testing/moduleOf.js'
import { Oso } from '../../../oso/src/index.js'
import { Authorizer } from '../authorizer/authorizer.js'
import type { AuthorizerOptions } from '../authorizer/options.js'
import type { RegExpEngine } from './engine.js'

class User {
  [field: string]: unknown
  constructor(fields: Readonly<Record<string, unknown>> = {}) {
    Object.assign(this, fields)
  }
}
class Doc extends User {}

type Evaluator = NonNullable<AuthorizerOptions['evaluator']>
const evaluators: readonly Evaluator[] = ['machine', 'closures', 'source', 'auto']

function authorizer(body: string, options: AuthorizerOptions = {}): Authorizer {
  const made = new Authorizer(options)
    .registerClass(User)
    .registerClass(Doc)
    .registerConstant(/^(a+)+$/, 'nested')
  made.registerConstant(/b/g, 'shared')
  made.loadSync(`allow(u: User, "read", d: Doc) if u = u and ${body};`)
  return made
}

/** The code of the error that a check throws; its answer otherwise. */
function outcome(check: () => boolean): unknown {
  try {
    return check()
  } catch (error) {
    return (error as { code?: unknown }).code ?? error
  }
}

const long = 'a'.repeat(2_000_000)
const half = `${'a'.repeat(1_000_000)}b`
const many = Array.from({ length: 3_000 }, (_, at) => at)

/** A list of 2^40 elements, of which each level is one list twice. */
const nested = Array.from({ length: 40 }).reduce<unknown[]>((list) => [list, list], [1])
function inItself(): unknown[] {
  const list: unknown[] = []
  list.push(list)
  return list
}

/** A condition, and what the document holds. */
const costly: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['d.t.includes(d.p)', { t: long, p: half }],
  ['d.t.includes(d.p, 0)', { t: long, p: half }],
  ['d.t.indexOf(d.p) = 1', { t: long, p: half }],
  ['d.t.lastIndexOf(d.p) = 1', { t: long, p: half }],
  ['d.t.includes(d.p)', { t: long, p: [half] }],
  ['x in d.xs and x >= 0 and d.t.includes(d.p)', { xs: many, t: long.slice(0, 100_000), p: half.slice(-1_000) }],
  ['forall(y in d.xs, not d.t.endsWith(d.p) and y >= 0)', { xs: many, t: long, p: half.slice(1) }],
  ['x in d.xs and d.t.toUpperCase() = x', { xs: many, t: long }],
  ['d.t.repeat(1000000000) = "b"', { t: 'a' }],
  ['d.t.repeat(d.n) = "b"', { t: long, n: 200 }],
  ['d.t.padStart(500000000) = "b"', { t: 'a' }],
  ['d.t.padEnd(500000000, d.p) = "b"', { t: 'a', p: 'ab' }],
  ['grow(d.t, 0)', { t: 'a' }],
  ['d.t.replaceAll("a", d.p) = "b"', { t: long, p: 'x'.repeat(1_000) }],
  ['d.t.replaceAll("a", "$`") = "b"', { t: long }],
  ['d.t.replace(d.re, "$`$\'") = "b"', { t: long, re: /a/g }],
  ['d.t.split(d.p).length = 1', { t: long, p: half }],
  ['d.xs.join(d.t) = "b"', { xs: many, t: long }],
  ['d.xs.flat(40) = 1', { xs: nested }],
  ['d.xs.toString() = "b"', { xs: nested }],
  ['d.xs.flat(d.n) = 1', { xs: inItself(), n: Number.POSITIVE_INFINITY }],
  ['d.t.includes(d.xs)', { t: 'a', xs: nested }],
  ['d.re.test(d.xs)', { re: /a/, xs: nested }],
  ['List.from({length: 1000000000}) = d.id', {}],
  ['d.t.match(d.p) != nil', { t: long, p: 'a+b' }],
  ['d.t.search(d.p) = 1', { t: long.slice(0, 20_000), p: 'a+a+b' }],
  ['d.re.test(d.t)', { t: long, re: /a+b/ }],
  ['d.re.exec(d.t) != nil', { t: long, re: /a+b/ }],
  ['d.t.split(d.re).length = 1', { t: long, re: /a+b/ }],
  ['x in d.t.matchAll(d.re) and x = 1', { t: long, re: /a+b/g }],
]
const grow =
  '; grow(t: String, n: Integer) if n < 40 and grow(t.concat(t), n + 1); grow(t: String, 40) if t.includes("b")'

const unsafe: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['d.t.match(d.p) != nil', { p: '^(a+)+$' }],
  ['d.t.match(d.p) != nil', { p: ['^(a+)+$'] }],
  ['d.t.match(d.p) != nil', { p: /^(a|a)*$/ }],
  ['d.t.search("(a*)*c") = 0', {}],
  ['d.t.replace(d.p, "") = ""', { p: /^(a+)+$/ }],
  ['d.t.replaceAll(d.p, "") = ""', { p: /(a+)+$/g }],
  ['d.t.split(d.p).length = 1', { p: /(a+)+$/ }],
  ['x in d.t.matchAll(d.p) and x = 1', { p: '(a+)+$' }],
  ['nested.test(d.t)', {}],
  ['nested.exec(d.t) != nil', {}],
  ['not nested.test(d.t)', {}],
]

describe.each(evaluators)('%s: a method that would take too long', (evaluator) => {
  it.each(costly)('is rejected before the call: %s', async (body, fields) => {
    const made = authorizer(body + grow, { evaluator })
    const limit = expect.stringMatching(/^(step|time)-limit$/)
    expect(outcome(() => made.can(new User(), 'read', new Doc(fields)))).toEqual(limit)
    await expect(made.isAllowed(new User(), 'read', new Doc(fields))).rejects.toMatchObject({ code: limit })
  })

  it.each(unsafe)('is rejected for its pattern: %s', async (body, fields) => {
    const made = authorizer(body, { evaluator })
    const doc = new Doc({ t: `${'a'.repeat(60)}!`, ...fields })
    expect(outcome(() => made.can(new User(), 'read', doc))).toBe('unsafe-pattern')
    await expect(made.isAllowed(new User(), 'read', doc)).rejects.toMatchObject({ code: 'unsafe-pattern' })
  })

  it('is called with limits that allow it', () => {
    const made = authorizer('not d.t.includes(d.p)', { evaluator, limits: { steps: 1e9, syncTime: 1e6 } })
    expect(made.can(new User(), 'read', new Doc({ t: long.slice(0, 100_000), p: half.slice(-10_000) }))).toBe(true)
  })

  it('needs more than a higher step limit', () => {
    const made = authorizer('d.t.includes(d.p)', { evaluator, limits: { steps: Number.POSITIVE_INFINITY } })
    expect(outcome(() => made.can(new User(), 'read', new Doc({ t: long, p: half })))).toBe('time-limit')
  })
})

describe('a compiled module', () => {
  it.each(costly.filter(([body]) => !/matchAll|grow|List|forall/.test(body)))('rejects %s', (body, fields) => {
    const module = moduleOf(authorizer(body))({ classes: { User, Doc } })
    expect(outcome(() => module.can(new User(), 'read', new Doc(fields)))).toMatch(/^(step|time)-limit$/)
  })

  it('refuses a pattern', () => {
    const module = moduleOf(authorizer('d.t.match(d.p) != nil'))({ classes: { User, Doc } })
    expect(outcome(() => module.can(new User(), 'read', new Doc({ t: 'a', p: '(a+)+$' })))).toBe('unsafe-pattern')
  })
})

describe('the drop-in', () => {
  it.each([...costly.slice(0, 5), ...unsafe.slice(0, 8)])('rejects %s', async (body, fields) => {
    const oso = new Oso()
    oso.registerClass(User)
    oso.registerClass(Doc)
    await oso.loadStr(`allow(_: User, "read", d: Doc) if ${body};`)
    const doc = new Doc({ t: `${'a'.repeat(60)}!`, ...fields })
    await expect(oso.isAllowed(new User(), 'read', doc)).rejects.toThrow(/Query timeout|may take too long/)
    const later = new Doc({ ...doc, p: Promise.resolve(doc['p']) })
    if (doc['p'] !== undefined && !body.includes('matchAll')) {
      await expect(oso.isAllowed(new User(), 'read', later)).rejects.toThrow(/more than|may take too long/)
    }
  })
})

describe('a filter', () => {
  it('rejects a slow method of the actor', () => {
    for (const [body, fields] of [
      ['u.t.includes(u.p) and d.id = 1', { t: long, p: half }],
      ['u.t.match(u.p) != nil and d.id = 1', { t: 'aaa', p: '(a+)+$' }],
      ['x in u.xs and u.t.includes(u.p) and d.id = x', { xs: many, t: long.slice(0, 100_000), p: half.slice(-1_000) }],
    ] as const) {
      const made = authorizer(body)
      expect(outcome(() => Boolean(made.filter(new User(fields), 'read', 'Doc')))).toMatch(/limit|unsafe-pattern/)
    }
  })

  it('stops at the limits for an actor with very many rows', () => {
    const rows = Array.from({ length: 50_000 }, (_, id) => ({ id, name: `n${id}` }))
    const made = authorizer('r in u.rows and r.name = "n" and d.id = r.id', { limits: { steps: 10_000 } })
    expect(outcome(() => Boolean(made.filter(new User({ rows }), 'read', 'Doc')))).toBe('step-limit')
  })
})

describe.each(evaluators)('%s: methods of texts', (evaluator) => {
  const engine: RegExpEngine = (source, flags) => new RegExp(source, flags)
  it.each([
    ['d.t.match("b+").index = 1', true],
    ['d.t.match("x") = nil', true],
    ['d.t.match(shared).length = 3', true],
    ['d.t.search("b") = 1', true],
    ['d.t.replace("b", "x") = "axbb"', true],
    ['d.t.replace(d.re, "[$&]") = "a[bbb]"', true],
    ['d.t.replace(shared, "x") = "axxx"', true],
    ['d.t.replaceAll("b", "") = "a"', true],
    ['d.t.split("b").length = 4', true],
    ['d.t.split(d.re).length = 2', true],
    ['x in d.t.matchAll("b") and x.index = 3', true],
    ['d.t.concat("c", 1) = "abbbc1"', true],
    ['d.t.padStart(6, "x") = "xxabbb"', true],
    ['d.t.repeat(2) = "abbbabbb"', true],
    ['d.xs.join("-") = "1-2"', true],
    ['d.t.at(0) = "a"', true],
    ['d.t.toUpperCase() = "ABBB"', true],
    ['d.re.exec(d.t).index = 1', true],
    ['shared.test(d.t)', true],
    ['d.own.test(d.t)', true],
    ['not d.own.test("no")', true],
  ])('mean the same, also with an engine: %s', (body, expected) => {
    class Own extends RegExp {
      override test(text: string): boolean {
        return text === 'abbb'
      }
    }
    const doc = new Doc({ t: 'abbb', re: /b+/, xs: [1, 2], own: new Own('x') })
    for (const options of [{ evaluator }, { evaluator, regExp: engine }]) {
      const made = authorizer(body, options)
      // a shared pattern keeps nothing of the questions before
      for (let time = 0; time < 5; time++) expect(made.can(new User(), 'read', doc)).toBe(expected)
    }
  })

  it('take a pattern that an engine supports', () => {
    const sources: string[] = []
    const regExp: RegExpEngine = (pattern, flags) => {
      sources.push(pattern)
      return new RegExp(pattern.replace('(a+)+', 'a+'), flags)
    }
    const made = authorizer('nested.test(d.t) and d.t.match(d.p) != nil', { evaluator, regExp })
    expect(made.can(new User(), 'read', new Doc({ t: 'aaa', p: '^(a+)+$' }))).toBe(true)
    expect(made.can(new User(), 'read', new Doc({ t: `${'a'.repeat(60)}!`, p: '^(a+)+$' }))).toBe(false)
    expect(sources).toContain('^(a+)+$')
  })
})
