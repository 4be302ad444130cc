import { describe, expect, test } from 'vitest'
import { Admin, type Case, Doc, Root, User, wrongAnswers } from './testing/readers.js'

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

const granted = 'allow(u: User, "ban", d: Doc) if d.n = u.n;'
const ungranted =
  'allow(u: User, _, d: Doc) if not banned(u, d); banned(u: User, d: Doc) if allow(u, "ban", d) and d = d;'

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
        ['is_doc(d.owner)', 'true', new Doc({ id: 7 })],
        ['not is_doc(d.owner)', 'false', new Doc({ id: 7 })],
        ['not is_doc(d.owner)', 'true', new Root({ id: 7 })],
        ['not is_doc(d.owner)', 'true', null],
        ['is_user(d.owner)', 'false', new Doc({ id: 7 })],
        ['not is_user(d.owner)', 'true', new Doc({ id: 7 })],
        ['is_user(d.owner)', 'false', new (class Other {})()],
        ['not is_user(d.owner)', 'true', new (class Other {})()],
        ['is_user(d.owner)', 'true', new Root({ id: 7 })],
        ['numbered(d.owner)', 'true', new Doc({ id: 7, n: 7 })],
      ] as const
    ).map(([body, expected, owner]) => [
      `${body}, of ${owner?.constructor.name}`,
      [
        expected,
        row(
          body,
          { doc: () => new Doc({ id: 1, owner }), contradicts: owner !== null && !(owner instanceof User) },
          'is_user(_: User); is_doc(_: Doc); numbered(d: Doc) if d.n = 7; numbered(u: User) if u.id = 1;',
        ),
      ],
    ]),
  ),
  ...Object.fromEntries(
    (
      [
        ['e in d.members and is_doc(e)', 'true', new Doc({ id: 7 })],
        ['not (e in d.members and is_doc(e))', 'false', new Doc({ id: 7 })],
        ['forall(e in d.members, not is_user(e))', 'true', new Doc({ id: 7 })],
        ['forall(e in d.members, is_user(e))', 'true', new Root({ id: 7 })],
        ['e in d.members and e matches Doc', 'true', new Doc({ id: 7 })],
        ['u in d.members', 'false', new Doc({ id: 1 })],
        ['not u in d.members', 'true', new Doc({ id: 1 })],
      ] as const
    ).map(([body, expected, element]) => [
      `${body}, with a ${element.constructor.name}`,
      [
        expected,
        row(
          body,
          { doc: () => new Doc({ id: 1, members: [element] }), contradicts: element instanceof Doc },
          'is_user(_: User); is_doc(_: Doc);',
        ),
      ],
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
  'an iterator of an array that is read again': [
    'true',
    {
      policy:
        'allow(u: User, "read", _: Doc) if not "a" in u.each; allow(u: User, "read", _: Doc) if forall(x in u.each, x != "z");',
      user: () => new User({ id: 1, each: ['a', 'b'].values() }),
    },
  ],
  'a recursive rule for each element, below another one': [
    'true',
    {
      policy: `allow(u: User, "read", d: Doc) if outer(u, d.later);
        outer(u, d) if d.word = "later" and outer(u, d.before);
        outer(u, d) if d.word = "word" and forall(_ in [1, 2], inner(u, d.later));
        inner(u, d) if d.word = "later" and inner(u, d.before);
        inner(u, d) if d.word = "word" and u.s = "a";`,
      doc: () => {
        const doc = new Doc({ id: 1, word: 'word' })
        return Object.assign(doc, { later: new Doc({ id: 2, word: 'later', before: doc }) })
      },
    },
  ],
  'an object without a prototype': [
    'false',
    row('u.v matches Dictionary', { user: () => new User({ id: 1, v: Object.create(null) as object }) }),
  ],
  'a rule that needs its own negation, before one that decides': ['error', { policy: `${ungranted} ${granted}` }],
  'a rule that needs its own negation, after one that decides': ['false', { policy: `${granted} ${ungranted}` }],
  'the two zeros': ['true', row('d.n / 0.0 > 0 or d.n / -0.0 > 0')],
  'a zero with a sign': ['false', row('d.n / -0.0 > 0')],
}

describe.each([true, false])('all answers agree, with declared fields: %s', (declared) => {
  test.each(Object.entries(cases))('%s', (_, [expected, one]) => {
    expect(wrongAnswers(expected, one, declared)).toEqual([])
  })
})
