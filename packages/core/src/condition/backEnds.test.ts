import { describe, expect, test } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import { planCheck } from '../authorizer/plans.js'
import { compileClosures } from './closures.js'
import type { Meaning } from './meaning.js'
import type { CompilePredicate, Predicate } from './predicate.js'
import { sourceCompiler } from './source.js'

class User {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}
class Team {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}
class Role {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}
class Doc {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}

type Outcome = 'true' | 'false' | 'machine' | 'no predicate'

/** What predicates of each kind say by themselves, and what the machine says. */
class Asked {
  readonly #authorizers: readonly Authorizer[]

  constructor(text: string) {
    this.#authorizers = (['closures', 'source', 'machine'] as const).map((evaluator) => {
      const authorizer = new Authorizer({ evaluator })
        .registerClass(User)
        .registerClass(Team, { key: 'id' })
        .registerClass(Role)
        .registerClass(Doc, { key: ['id', 'version'] })
        .registerConstant(3, 'limit')
      authorizer.loadSync(text)
      return authorizer
    })
  }

  outcomes(user: object, doc: object): readonly [closures: Outcome, source: Outcome, machine: string] {
    const [closures, source, machine] = this.#authorizers as readonly [Authorizer, Authorizer, Authorizer]
    return [outcomeOf(closures, user, doc), outcomeOf(source, user, doc), answerOf(machine, user, doc)]
  }
}

function answerOf(authorizer: Authorizer, user: object, doc: object): string {
  try {
    return String(authorizer.can(user, 'read', doc))
  } catch (error) {
    return `error ${(error as { code?: string }).code}`
  }
}

function outcomeOf(authorizer: Authorizer, user: object, doc: object): Outcome {
  const before = { ...authorizer.statistics }
  const answer = answerOf(authorizer, user, doc)
  if (authorizer.statistics.machine > before.machine) return 'no predicate'
  if (authorizer.statistics.bailOuts > before.bailOuts) return 'machine'
  return answer as Outcome
}

const red = new Team({ id: 1, name: 'red', parent: null })
const redAgain = new Team({ id: 1, name: 'red', parent: null })
const blue = new Team({ id: 2, name: 'blue', parent: red })
const round = new Team({ id: 3, name: 'round' })
Object.assign(round, { parent: round })
const promised = Promise.resolve('reader')
const fails = Object.defineProperty(new Role({}), 'name', {
  get() {
    throw new Error('no')
  },
})
const role = (name: unknown, team: unknown): Role => new Role({ name, team })

/** What the field that a case is about is made to hold. */
const values: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  3,
  -1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  3n,
  'reader',
  '',
  '__proto__',
  'constructor',
  promised,
  new Date(3),
  [],
  ['reader'],
  ['owner', 'reader'],
  ['owner', undefined, 'reader'],
  ['reader', undefined],
  ['reader', promised],
  [null, 3, 3n],
  // biome-ignore lint/suspicious/noSparseArray: that is the case
  ['a', , 'reader'],
  red,
  redAgain,
  blue,
  round,
  new Team({ name: 'no key' }),
  new Team({ id: null, name: 'nil as key' }),
  Object.create(null),
  () => 'reader',
  Symbol('x'),
  Object.fromEntries([
    ['then', 'a word'],
    ['name', 'reader'],
  ]),
  { length: 3, name: 'reader' },
  [role('reader', red)],
  [role('owner', red), role('reader', blue)],
  [role('reader', redAgain), role('owner', undefined)],
  [role('reader', red), null],
  [role('reader', red), undefined],
  [role('reader', promised)],
  [role(promised, red)],
  [role('owner', red), role(undefined, red)],
  [role('writer', red), role('reader', red), role('owner', red)],
  [fails],
  [role('owner', red), fails],
  ['reader', role('reader', red)],
]

/** Bodies of rules over `user.it`, `user.team` (the red one), `doc.it` and `doc.team` (the blue one). */
const bodies: readonly string[] = [
  'user.it',
  'not user.it',
  '_it = user.it',
  'user.it = "reader"',
  '"reader" = user.it',
  'user.it = 3',
  'user.it = true',
  'user.it = nil',
  'user.it != nil',
  'user.it == nil',
  'user.it != "reader"',
  'user.it == 3',
  'user.it == "reader"',
  'user.it = doc.it',
  'user.it == doc.it',
  'user.it != doc.it',
  'user.it < 4',
  'user.it >= doc.it',
  'user.it > "a"',
  'user.it = user.team',
  'user.team = user.it',
  'user.it = limit',
  'user.it < limit',
  'user.it = doc',
  'user.it.name = "reader"',
  'user.it.parent.name = "red"',
  'user.it.parent = user.team and user.it.parent.name = "red"',
  'user.it matches Team',
  'user.it matches Team and user.it.name = "blue"',
  'user.it matches {name: "reader"}',
  'user.it matches String',
  'user.it.startsWith("read")',
  'user.it.includes(doc.word)',
  'user.it + 1 > 3',
  'user.it / 0 > 3',
  'user.it mod 2 = 1',
  '[user.it, 1] = [3, 1]',
  'user.it in ["reader", 3, nil]',
  '"reader" in user.it',
  '"reader" in user.it or "owner" in user.it',
  '"owner" in user.it or 3 in user.it or nil in user.it',
  '"x" in user.it and user.it.length = 3',
  'not "reader" in user.it',
  'doc.word in user.it',
  'x in user.it and x = "reader"',
  'x in user.it and x = "reader" or (y in user.it and y = "owner")',
  'r in user.it and r.name = "reader"',
  'r in user.it and r.name = "reader" and r.team = user.team',
  'r in user.it and r.name = "reader" and r.team = doc.team and doc.team.name = "blue"',
  '(r in user.it and r.name = "writer") or (s in user.it and s.name = "reader" and s.team = user.team)',
  '(r in user.it and r.name = "a" and r.team = user.team) or (s in user.it and s.name = "reader" and s.team = user.team) or (t in user.it and t.name = "owner" and t.team = user.team)',
  '(r in user.it and r.name = "reader") and doc.word = "no"',
  '(r in user.it and r.team.name = "red") and s in user.it and s.name = "owner" and doc.word = "no"',
  '(r in user.it and (r.name = "reader" or s in user.it and s.name = "owner" and r.team = s.team)) and doc.word = "word"',
  'forall(r in user.it, r.name = "reader")',
  'forall(r in user.it, r.name = "reader" and r.team.name = "red")',
  'not (r in user.it and r.name = "owner")',
  'a in user.it and b in user.it and a.name = b.name and a.team != b.team',
  'under(user.it, user.team)',
  'under(user.it, doc.team) or user.it = 3',
  'odd(user.it)',
  'either(user.it) and doc.word = "no"',
  'several(user.it) or user.it = 3',
]

const definitions = `
  under(team: Team, top: Team) if team = top;
  under(team: Team, top: Team) if team.parent != nil and under(team.parent, top);
  odd(team: Team) if team.name = "red";
  odd(team: Team) if not (team.parent = nil) and even(team.parent);
  even(team: Team) if team.name = "blue" or odd(team.parent);
  either(team) if team.name = "red";
  either(team) if team.parent.name = "red";
  several(team) if team.name = "blue" and cut;
  several(team) if team.name = "red";`

describe('both kinds of predicates have the same outcome, and the machine has it too', () => {
  test.each(bodies)('%s', (body) => {
    const asked = new Asked(
      `allow(user: User, "read", doc: Doc) if ${body} and doc matches Doc and user matches User; ${definitions}`,
    )
    const wrong: unknown[] = []
    for (const [index, it] of values.entries()) {
      const user = new User({ it, team: red })
      for (const other of [3, it]) {
        const doc = new Doc({ id: 1, version: 2, it: other, team: blue, word: 'word' })
        const [closures, source, machine] = asked.outcomes(user, doc)
        if (closures !== source || (closures !== 'machine' && closures !== 'no predicate' && closures !== machine))
          wrong.push({ index, it, closures, source, machine })
      }
    }
    expect(wrong).toEqual([])
  })
})

test('each outcome comes about', () => {
  const asked = new Asked('allow(user: User, "read", doc: Doc) if user.it = "reader" and doc.it = doc.it;')
  const doc = new Doc({ it: 1 })
  expect(asked.outcomes(new User({ it: 'reader' }), doc)).toEqual(['true', 'true', 'true'])
  expect(asked.outcomes(new User({ it: 'owner' }), doc)).toEqual(['false', 'false', 'false'])
  expect(asked.outcomes(new User({}), doc)).toEqual(['machine', 'machine', 'error missing-attribute'])
})

function predicateOf(text: string, compile: CompilePredicate): Predicate {
  const authorizer = new Authorizer().registerClass(User).registerClass(Doc)
  const policy = authorizer.loadSync(text)
  const condition = planCheck(policy, authorizer.schema, { model: 'User' }, { action: 'read' }, { model: 'Doc' })
  const meaning: Meaning = {
    schema: authorizer.schema,
    equal: (a, b) => a === b,
    rowEquality: () => undefined,
    compare: () => undefined,
    isInstance: () => undefined,
    ask: () => undefined,
  }
  return compile(condition, meaning)
}

describe('what a policy names or holds is text, never code', () => {
  const hostile = [
    'a"b',
    "a'b",
    'a\\b',
    '\\"); globalThis.hacked = true; (\\"',
    `\`$\{globalThis.hacked = true}\``,
    'a\nb',
    'a\u2028b\u2029c',
    '*/ globalThis.hacked = true /*',
    '//# sourceURL=x',
    '__proto__x',
    'constructor ',
    '',
    ' ',
    'new',
    'let',
    '1st',
    'ünï',
    '\ud800',
    '</script>',
  ]
  test.each(hostile.map((name) => [JSON.stringify(name), name] as const))('%s', (_, name) => {
    const quoted = `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
    const text = `allow(user: User, "read", doc: Doc) if user.(${quoted}) = ${quoted} and r in doc.(${quoted}) and r.(${quoted}) = doc.word;`
    for (const compile of [compileClosures, sourceCompiler()]) {
      const predicate = predicateOf(text, compile)
      const element = { [name]: 'word' }
      expect(predicate(new User({ [name]: name }), 'read', new Doc({ [name]: [element], word: 'word' }))).toBe(true)
      expect(predicate(new User({ [name]: `${name}x` }), 'read', new Doc({ [name]: [element], word: 'word' }))).toBe(
        false,
      )
    }
    expect(globalThis).not.toHaveProperty('hacked')
  })
})

describe('a written predicate', () => {
  test('has a name of its own in stack traces', () => {
    const compile = sourceCompiler()
    const stackOf = (field: string): string => {
      const predicate = predicateOf(`allow(_: User, "read", doc: Doc) if doc.${field} = 1;`, compile)
      const doc = Object.defineProperty(new Doc({}), field, {
        get() {
          throw new Error('here')
        },
      })
      try {
        predicate(new User({}), 'read', doc)
      } catch (error) {
        return (error as Error).stack!
      }
      return ''
    }
    expect(stackOf('a')).toContain('polar-1.js')
    expect(stackOf('b')).toContain('polar-2.js')
  })

  test('is shared by questions that are the same but for a resource that does not matter', () => {
    const text = `allow(user: User, "read", _: Doc) if "admin" in user.roles;
      allow(user: User, "write", _: Doc) if "admin" in user.roles; allow(user: User, "edit", doc: Doc) if doc.owner = user.id;`
    const authorizer = new Authorizer({ evaluator: 'closures' }).registerClass(User).registerClass(Doc)
    const policy = authorizer.loadSync(text)
    const compile = sourceCompiler()
    const meaning = { schema: authorizer.schema } as Meaning
    const [read, write, edit, editAgain] = ['read', 'write', 'edit', 'edit'].map((action) =>
      compile(planCheck(policy, authorizer.schema, { model: 'User' }, { action }, { model: 'Doc' }), meaning),
    )
    expect(read).toBe(write)
    expect(edit).not.toBe(editAgain)
  })

  test('reads what it asks of several times only once', () => {
    let reads = 0
    const doc = Object.defineProperty(new Doc({}), 'owner', {
      get() {
        reads++
        return { name: 'x', age: 3 }
      },
    })
    const text =
      'allow(_: User, "read", doc: Doc) if doc.owner.name = "x" and doc.owner.age = 3 and not doc.owner.name = "y";'
    for (const compile of [compileClosures, sourceCompiler()]) {
      reads = 0
      expect(predicateOf(text, compile)(new User({}), 'read', doc)).toBe(true)
      expect(reads).toBe(1)
    }
  })

  test('is closures where the condition is nested deeper than JavaScript can be', () => {
    const body = `${'(doc.a = 1 or (doc.b = 2 and '.repeat(400)}doc.c = 3${'))'.repeat(400)}`
    for (const compile of [compileClosures, sourceCompiler()]) {
      const predicate = predicateOf(`allow(_: User, "read", doc: Doc) if ${body};`, compile)
      expect(predicate(new User({}), 'read', new Doc({ a: 2, b: 2, c: 3 }))).toBe(true)
      expect(predicate(new User({}), 'read', new Doc({ a: 2, b: 2, c: 4 }))).toBe(false)
    }
  })
})

describe('recursion along data', () => {
  const text = `allow(user: User, "read", doc: Doc) if under(doc.team, user.team);${definitions}`
  const chain = (length: number): Team => {
    let team = red
    for (let id = 10; id < 10 + length; id++) team = new Team({ id, name: `team ${id}`, parent: team })
    return team
  }
  test('ends where it comes round, and where it is long', () => {
    const asked = new Asked(text)
    const user = new User({ team: red })
    expect(asked.outcomes(user, new Doc({ team: chain(50) }))).toEqual(['true', 'true', 'true'])
    expect(asked.outcomes(new User({ team: blue }), new Doc({ team: chain(50) }))).toEqual(['false', 'false', 'false'])
    // closures are called within each other, so that the machine takes over; what is written is a loop
    expect(asked.outcomes(user, new Doc({ team: chain(5_000) }))).toEqual(['machine', 'true', 'true'])
    expect(asked.outcomes(user, new Doc({ team: round }))).toEqual(['machine', 'machine', 'false'])
  })
})
