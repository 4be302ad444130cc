import { describe, expect, test } from 'vitest'
import { blue, Doc, definitions, Role, red, round, Team, User } from '../../../compile/src/testing/cases.js'
import { Authorizer } from '../authorizer/authorizer.js'
import { planCheck } from '../authorizer/plans/plans.js'
import { linkPredicate } from '../evaluate/check.js'
import { defaultLimits } from '../machine/state/limits.js'
import { allKinds } from '../values/kinds.js'
import type { Meaning } from './meaning.js'
import type { CompilePredicate, Predicate } from './predicate.js'
import { sourceCompiler } from './write/program.js'

/** The outcome of a predicate: its result, `machine` if it bails out, or `no predicate` if none was made. */
type Outcome = 'true' | 'false' | 'machine' | 'no predicate'

/** One policy in all evaluators. */
class Evaluators {
  readonly #authorizers: readonly Authorizer[]

  constructor(text: string) {
    this.#authorizers = (['closures', 'source', 'machine'] as const).map((evaluator) => {
      // Answers are compared, so a busy machine may take its time.
      const authorizer = new Authorizer({ evaluator, limits: { syncTime: 60_000 } })
        .registerClass(User)
        .registerClass(Team, { key: 'id' })
        .registerClass(Role)
        .registerClass(Doc, { key: ['id', 'version'] })
        .registerConstant(3, 'limit')
      authorizer.loadSync(text)
      return authorizer
    })
  }

  /** Returns the outcomes of the predicates, and the result or the error of the machine. */
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

test.each(['x = y', 'y = x'])('unifying two unbound variables that goals wait for has no predicate: %s', (same) => {
  const evaluators = new Evaluators(
    `allow(_: User, "read", doc: Doc) if (x.name == nil and y != nil and ${same} and y = doc.before) or doc.word = "word";`,
  )
  const [closures, source] = evaluators.outcomes(new User({}), new Doc({ word: 'word', before: null }))
  expect([closures, source]).toEqual(['no predicate', 'no predicate'])
})

test('a predicate is true, is false, or bails out to the machine', () => {
  const evaluators = new Evaluators('allow(user: User, "read", doc: Doc) if user.it = "reader" and doc.it = doc.it;')
  const doc = new Doc({ it: 1 })
  expect(evaluators.outcomes(new User({ it: 'reader' }), doc)).toEqual(['true', 'true', 'true'])
  expect(evaluators.outcomes(new User({ it: 'owner' }), doc)).toEqual(['false', 'false', 'false'])
  expect(evaluators.outcomes(new User({}), doc)).toEqual(['machine', 'machine', 'error missing-attribute'])
})

test('an error of a part that the machine is asked for is an error of that part', () => {
  const evaluators = new Evaluators(`
    allow(_: User, "read", doc: Doc) if {n: 1} in doc.it;
    allow(user: User, "read", doc: Doc) if {n: 1} in doc.list or user.it = "reader";
  `)
  const outcomes = evaluators.outcomes(new User({ it: 'reader' }), new Doc({ it: null, list: null }))
  expect(outcomes).toEqual(['true', 'true', 'true'])
})

function predicateOf(text: string, compile: CompilePredicate): Predicate {
  const authorizer = new Authorizer().registerClass(User).registerClass(Doc)
  const policy = authorizer.loadSync(text)
  const condition = planCheck(policy, authorizer.schema, { model: 'User' }, { action: 'read' }, { model: 'Doc' })
  const meaning: Meaning = {
    schema: authorizer.schema,
    kinds: allKinds,
    limits: { steps: 1_000_000, syncTime: 600_000 },
    equal: (a, b) => a === b,
    equality: (a, b) => a === b,
    stranger: () => {
      throw new Error('a stranger')
    },
    rowEquality: () => undefined,
    compare: () => undefined,
    isInstance: () => undefined,
    ask: () => undefined,
  }
  return compile(condition, meaning)
}

describe('names and values of a policy never become code', () => {
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
    for (const compile of [linkPredicate, sourceCompiler(linkPredicate).compile]) {
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

describe('a predicate written as source', () => {
  test('has its own name in stack traces', () => {
    const { compile } = sourceCompiler(linkPredicate)
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

  test('is shared by checks that differ only in an irrelevant resource', () => {
    const text = `allow(user: User, "read", _: Doc) if "admin" in user.roles;
      allow(user: User, "write", _: Doc) if "admin" in user.roles; allow(user: User, "edit", doc: Doc) if doc.owner = user.id;`
    const authorizer = new Authorizer({ evaluator: 'closures' }).registerClass(User).registerClass(Doc)
    const policy = authorizer.loadSync(text)
    const { compile } = sourceCompiler(linkPredicate)
    const meaning = { schema: authorizer.schema, limits: defaultLimits } as unknown as Meaning
    const [read, write, edit, editAgain] = ['read', 'write', 'edit', 'edit'].map((action) =>
      compile(planCheck(policy, authorizer.schema, { model: 'User' }, { action }, { model: 'Doc' }), meaning),
    )
    expect(read).toBe(write)
    expect(edit).not.toBe(editAgain)
  })

  test('reads a repeated path only once', () => {
    let reads = 0
    const doc = Object.defineProperty(new Doc({}), 'owner', {
      get() {
        reads++
        return { name: 'x', age: 3 }
      },
    })
    const text =
      'allow(_: User, "read", doc: Doc) if doc.owner.name = "x" and doc.owner.age = 3 and not doc.owner.name = "y";'
    for (const compile of [linkPredicate, sourceCompiler(linkPredicate).compile]) {
      reads = 0
      expect(predicateOf(text, compile)(new User({}), 'read', doc)).toBe(true)
      expect(reads).toBe(1)
    }
  })

  test('falls back to closures if nested too deeply for JavaScript', () => {
    const body = `${'(doc.a = 1 or (doc.b = 2 and '.repeat(400)}doc.c = 3${'))'.repeat(400)}`
    for (const compile of [linkPredicate, sourceCompiler(linkPredicate).compile]) {
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
  test('ends on cycles and on long chains', () => {
    const evaluators = new Evaluators(text)
    const user = new User({ team: red })
    expect(evaluators.outcomes(user, new Doc({ team: chain(50) }))).toEqual(['true', 'true', 'true'])
    expect(evaluators.outcomes(new User({ team: blue }), new Doc({ team: chain(50) }))).toEqual([
      'false',
      'false',
      'false',
    ])
    expect(evaluators.outcomes(user, new Doc({ team: chain(5_000) }))).toEqual(['machine', 'true', 'true'])
    expect(evaluators.outcomes(user, new Doc({ team: round }))).toEqual(['false', 'false', 'false'])
  })
})
