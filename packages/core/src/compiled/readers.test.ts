import { describe, expect, test } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import type { EvaluatorName } from '../authorizer/plans/evaluatorName.js'
import { explain } from '../explain/explain.js'
import { moduleOf } from './testing/moduleOf.js'

class User {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}
class Admin extends User {}
class Root extends Admin {}
class Doc {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}

const scalars = { id: 'integer', n: 'integer', s: 'string', flag: 'boolean', v: 'json' } as const
const fields = {
  ...scalars,
  tags: { type: 'string', list: true },
  ns: { type: 'integer', list: true },
  owner: { one: 'User' },
} as const

/** What the question of one case is about. */
interface Case {
  readonly policy: string
  readonly user?: () => object
  readonly doc?: () => object
}

function authorizerOf({ policy }: Case, declared: boolean, evaluator: EvaluatorName = 'auto'): Authorizer {
  const authorizer = new Authorizer({ evaluator, log() {} })
    .registerClass(User, { key: 'id', ...(declared && { fields }) })
    .registerClass(Admin)
    .registerClass(Doc, { key: 'id', ...(declared && { fields }) })
    .registerContext({ limit: 'integer', req: { fields: { ip: 'string' } } })
    .registerConstant({ Reflect, ...Reflect }, 'reflect')
  authorizer.loadSync(policy)
  return authorizer
}

/** Returns whether an answer is yes, is no, or is an error. A module refuses what only the machine answers. */
function answer(ask: () => boolean | undefined): string {
  try {
    return String(ask())
  } catch (error) {
    return (error as { readonly code?: unknown }).code === 'machine-only' ? 'machine-only' : 'error'
  }
}

function explained(authorizer: Authorizer, user: object, doc: object): string {
  const { decision } = explain(authorizer, user, 'read', doc)
  return { allowed: 'true', denied: 'false', error: 'error' }[decision]
}

/** Returns the answers of all who can be asked, by their names. */
function answers(one: Case, declared: boolean): Readonly<Record<string, string>> {
  const user = one.user ?? (() => new User({ id: 1, n: 1, s: 'a', flag: true }))
  const doc = one.doc ?? (() => new Doc({ id: 1, n: 1, s: 'a', flag: true, tags: ['a'], v: { k: 1 } }))
  const [auto, machine, closures, source] = (['auto', 'machine', 'closures', 'source'] as const).map((evaluator) => {
    const authorizer = authorizerOf(one, declared, evaluator)
    return () => answer(() => authorizer.can(user(), 'read', doc()))
  }) as [() => string, () => string, () => string, () => string]
  const cold = [auto(), auto(), auto()]
  const lists = authorizerOf(one, declared)
  const modelOf = (row: object): string => (row instanceof Doc ? 'Doc' : 'User')
  return {
    'first checks': cold.every((each) => each === cold[0]) ? cold[0]! : cold.join(),
    'a later check': Array.from({ length: 8 }, auto).at(-1)!,
    machine: machine(),
    closures: closures(),
    'generated code': source(),
    'many rows': answer(() => authorizerOf(one, declared, 'source').canMany(user(), 'read', [doc(), doc()])[1]),
    list: answer(() => lists.filter(user(), 'read', modelOf(doc())).matches(doc())),
    actors: answer(() => lists.actorFilter('read', doc(), modelOf(user())).matches(user())),
    explanation: explained(lists, user(), doc()),
    module: answer(() =>
      moduleOf(lists)({ classes: { User, Admin, Doc }, constants: { reflect: { Reflect, ...Reflect } } }).can(
        user(),
        'read' as never,
        doc(),
      ),
    ),
  }
}

const row = (body: string, rest: Omit<Case, 'policy'> = {}, rules = ''): Case => ({
  policy: `allow(u: User, "read", d: Doc) if (${body}) and u = u and d = d; ${rules}`,
  ...rest,
})
const make = (maker: unknown) => ({ user: () => new User({ id: 1, make: maker, list: ['return 1'], n: 1 }) })
const makers: Readonly<Record<string, unknown>> = {
  Function,
  'an async function': (async () => {}).constructor,
  'a generator': function* () {}.constructor,
  bound: Function.bind(null),
  extended: class extends Function {},
  'a proxy': new Proxy(Function, {}),
  eval: Reflect.get(globalThis, 'eval'),
}

const cases: Readonly<Record<string, readonly [expected: string, one: Case]>> = {
  'a method of a boolean': ['error', row('u.flag.toString() = d.s')],
  'a negated method of a boolean': ['error', row('not u.flag.toString() = d.s')],
  'a value of a boolean': ['error', row('u.flag.valueOf()')],
  'a method of a literal boolean': ['error', row('not true.toString() = d.s')],
  'a method of a boolean of a row': ['error', row('not d.flag.toString() = u.s')],
  ...Object.fromEntries(
    Object.entries(makers).flatMap(([name, maker]) => [
      [`a maker of functions, ${name}`, ['error', row('u.make("return 1") != d.n', make(maker))]],
      [`a maker of functions without a text, ${name}`, ['error', row('u.make() != d.n', make(maker))]],
      [`a made function, ${name}`, ['error', row('u.make("return 1").call() = d.n', make(maker))]],
      [`a method of a maker, ${name}`, ['error', row('u.make.call(nil, "return 1") != d.n', make(maker))]],
      [`a maker as an argument, ${name}`, ['error', row('u.list.map(u.make) != d.n', make(maker))]],
      [`a maker that Reflect calls, ${name}`, ['error', row('reflect.construct(u.make, u.list) != d.n', make(maker))]],
    ]),
  ),
  'a key that a dictionary lacks': ['false', row('d.n = {a: 1}.b')],
  'a missing attribute beside a key that a dictionary lacks': ['error', row('not u.nmae = {a: 1}.b')],
  'a missing attribute ordered against a key that a dictionary lacks': ['error', row('not u.nmae < {a: 1}.b')],
  'a missing attribute in a list of a key that is lacking': ['error', row('not u.nmae in [{a: 1}.b]')],
  'a missing attribute in a sum with a key that is lacking': ['error', row('not u.nmae + {a: 1}.b = 1')],
  'a missing attribute in a list before a key that is lacking': ['error', row('not [u.nmae, {a: 1}.b] = [1, 2]')],
  'a missing attribute as an argument before a key that is lacking': [
    'error',
    row('not same(u.nmae, {a: 1}.b)', {}, 'same(a, b) if a = b;'),
  ],
  'a missing name of the context beside a key that is lacking': ['error', row('not limit = {a: 1}.b')],
  'a missing attribute in an entry that is not used': ['error', row('{bad: u.nmae, ok: 1}.ok = 1')],
  'a missing attribute deep in an entry that is not used': ['error', row('{bad: [{a: u.nmae}], ok: 1}.ok = 1')],
  'a missing attribute in an entry, for a key that is lacking': ['error', row('not {bad: u.nmae}.ok = 1')],
  'a missing name of the context in an entry that is not used': ['error', row('{bad: limit, ok: 1}.ok = 1')],
  'a missing name of the context in an element that is not used': ['error', row('[x, *_] = [d.s, limit] and x = "a"')],
  'a missing name of the context in a negated list': ['error', row('not ([x, *_] = [d.s, limit] and x = "b")')],
  'a missing name of the context in an entry of a pattern': ['error', row('{a: x} = {a: d.s, b: limit} and x = "a"')],
  'a rest without its missing elements': ['error', row('[x, *_] = [d.s, u.nmae] and x = "a"')],
  'a proxy as the actor': [
    'true',
    row('d.n = u.n', {
      user: () => new Proxy(new User({ id: 1, n: 2 }), { get: (of, key) => (key === 'n' ? 1 : Reflect.get(of, key)) }),
    }),
  ],
  'a proxy as the row': [
    'true',
    row('d.n = u.n', {
      doc: () => new Proxy(new Doc({ id: 1, n: 2 }), { get: (of, key) => (key === 'n' ? 1 : Reflect.get(of, key)) }),
    }),
  ],
  ...Object.fromEntries(
    Object.entries({
      set: (of: readonly unknown[]) => new Set(of),
      keys: (of: readonly unknown[]) => new Map(of.map((each) => [each, 1])).keys(),
      generator: function* (of: readonly unknown[]) {
        yield* of
      },
      iterable: (of: readonly unknown[]) => ({ [Symbol.iterator]: () => of.values() }),
    }).flatMap(([name, list]) => {
      const user = () => new User({ id: 1, s: 'a', tags: list(['a', 'b']) })
      return [
        [`an element of the actor's ${name}`, ['true', row('d.s in u.tags', { user })]],
        [`no element of the actor's ${name}`, ['false', row('not d.s in u.tags', { user })]],
        [`a variable of the actor's ${name}`, ['true', row('x in u.tags and x = d.s', { user })]],
        [`all elements of the actor's ${name}`, ['false', row('forall(x in u.tags, x = d.s)', { user })]],
        [`a common element of the actor's ${name}`, ['true', row('x in d.tags and x in u.tags', { user })]],
        [
          `an undefined element of the actor's ${name}`,
          ['error', row('not "z" in u.tags', { user: () => new User({ id: 1, tags: list(['a', undefined]) }) })],
        ],
        [
          `an element of the row's ${name}`,
          ['true', row('u.s in d.tags', { doc: () => new Doc({ id: 1, tags: list(['a', 'b']) }) })],
        ],
      ]
    }),
  ),
  'a number for a list': ['error', row('not d.s in u.n')],
  'a subclass that is not registered': [
    'true',
    row('d.owner matches Admin', { doc: () => new Doc({ id: 1, owner: new Root({ id: 2 }) }) }),
  ],
  ...Object.fromEntries(
    (
      [
        ['d.owner matches User', 'false', new Doc({ id: 7 })],
        ['not d.owner matches User', 'true', new Doc({ id: 7 })],
        ['d.owner matches Doc', 'true', new Doc({ id: 7 })],
        ['d.owner matches User{id: 7}', 'false', new Doc({ id: 7 })],
        ['is_user(d.owner)', 'true', new Admin({ id: 7 })],
        ['d.owner matches Admin', 'false', new User({ id: 7 })],
        ['d.owner matches User', 'false', null],
      ] as const
    ).map(([body, expected, owner]) => [
      `${body}, of ${owner?.constructor.name}`,
      [expected, row(body, { doc: () => new Doc({ id: 1, owner }) }, 'is_user(_: User);')],
    ]),
  ),
  ...Object.fromEntries(
    (
      [
        ['d.s matches String', 'false', { s: 5 }],
        ['not d.s matches Integer', 'false', { s: 5 }],
        ['not d.s matches List', 'false', { s: ['x'] }],
        ['is_text(d.s)', 'false', { s: 5 }],
        ['is_text(d.s)', 'true', { s: 'x' }],
        ['d.tags matches List', 'false', { tags: new Set(['a']) }],
        ['d.flag matches Boolean', 'false', { flag: 1 }],
        ['x in d.tags and x matches Integer', 'true', { tags: [1] }],
      ] as const
    ).map(([body, expected, fields]) => [
      `${body}, of ${JSON.stringify(fields)}`,
      [expected, row(body, { doc: () => new Doc({ id: 1, ...fields }) }, 'is_text(_: String);')],
    ]),
  ),
  'a second alternative beside an undefined element': [
    'true',
    row('d.ns = [1] or d.n = 0', { doc: () => new Doc({ id: 1, n: 0, ns: [undefined, 3] }) }),
  ],
  'an undefined element, negated, beside another alternative': [
    'true',
    row('not d.ns = [1] or d.n = 0', { doc: () => new Doc({ id: 1, n: 0, ns: [undefined, 3] }) }),
  ],
  'an object without a prototype': [
    'false',
    row('u.v matches Dictionary', { user: () => new User({ id: 1, v: Object.create(null) as object }) }),
  ],
  'the two zeros': ['true', row('d.n / 0.0 > 0 or d.n / -0.0 > 0')],
  'a zero with a sign': ['false', row('d.n / -0.0 > 0')],
}

describe.each([true, false])('all answers agree, with declared fields: %s', (declared) => {
  test.each(Object.entries(cases))('%s', (_, [expected, one]) => {
    const found = Object.entries(answers(one, declared)).filter(([name, is]) => {
      if (is === expected) return false
      // A list keeps out what is an error, or throws.
      if (expected === 'error' && is === 'false') return !['list', 'actors', 'explanation'].includes(name)
      return is !== 'machine-only'
    })
    expect(found).toEqual([])
  })
})
