import { expect, test } from 'vitest'
import { Doc, truthOf, User, wrongAnswers } from './testing/readers.js'

/** Goals whose truth the machine tells; the table of docs/polar.md tells the truth of what they compose. */
const atoms = [
  'd.n = 1',
  'd.n = 2',
  'u.flag',
  'u.nmae = 1',
  'u.boss = nil',
  'u.boss.n = 1',
  'limit = 1',
  'req.ip = "x"',
  'bad.fails = 1',
  '{a: 1}.b = 1',
  '{a: u.s}.a = "a"',
  '{a: u.nmae, b: 1}.b = 1',
  '{a: d.n} = {a: 1}',
  'k = "n" and u.(k) = 1',
  '[x, *_rest] = [d.s, 1] and x = "a"',
  '[x, *_] = [d.s, u.nmae] and x = "a"',
  '[x, *_] = [d.s, limit] and x = "a"',
  '[_, y] = [d.s, u.n] and y = 1',
  'u.s.startsWith("a")',
  'u.s.toUpperCase() = d.s',
  'u.flag.toString() = "true"',
  'u.make("return 1") = 1',
  'd.n mod 2 = 1',
  'd.n mod 0 = 1',
  'u.big rem 2 = 1',
  'u.neg = 0',
  '1 / u.neg > 0',
  'u.nothing = u.nothing',
  'u.nothing < 1',
  'u.day = u.day',
  'u.day < d.n',
  'd.s < 3',
  '"a" in u.tags',
  '"z" in u.tags',
  'x in u.tags and x = "b"',
  'x in d.tags and x in u.tags',
  '"a" in u.each',
  'forall(x in u.each, x != "z")',
  'forall(x in u.tags, x = d.s)',
  'u.map.get("k") = 1',
  'd.s in u.n',
  'd.ns = [1]',
  '3 in d.ns',
  '9 in d.ns',
  'd.owner matches User',
  'd.owner matches Doc',
  'd.s matches Integer',
  'd.v matches Dictionary',
  'd.v.k = 1',
  'd.v.z = 1',
] as const

const user = (): object =>
  new Proxy(
    new User({
      id: 1,
      n: 2,
      s: 'a',
      flag: true,
      boss: null,
      make: Function,
      big: 5n,
      neg: -0,
      nothing: Number.NaN,
      day: new Date(Number.NaN),
      tags: new Set(['a', 'b']),
      each: ['a', 'b'].values(),
      map: new Map([['k', 1]]),
    }),
    { get: (of, key): unknown => (key === 'n' ? 1 : Reflect.get(of, key)) },
  )
const doc = (): object =>
  new Doc({ id: 1, n: 1, s: 'a', tags: ['b'], ns: [undefined, 3], owner: new Doc({ id: 2 }), v: { k: 1 } })

/** A goal, and its truth. */
type Goal = readonly [text: string, truth: string]

/** Composes goals, and collects the rules that they call. */
class Composer {
  readonly rules: string[] = []
  #seed: number

  constructor(
    seed: number,
    private readonly truths: ReadonlyMap<string, string>,
  ) {
    this.#seed = seed >>> 0
  }

  /** Returns an integer below a limit (mulberry32). */
  below(limit: number): number {
    this.#seed = (this.#seed + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#seed ^ (this.#seed >>> 15), this.#seed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }

  goal(depth: number): Goal {
    if (depth === 0) return this.#atom()
    const goals = Array.from({ length: 2 + this.below(2) }, () => this.goal(depth - 1 - this.below(depth)))
    const [[text, truth]] = goals as [Goal]
    switch (this.below(6)) {
      case 0:
        return [`(${goals.map(([one]) => one).join(' or ')})`, any(goals)]
      case 1:
        return [`not (${text})`, not(truth)]
      case 2:
        return [`forall(_ in [1, 2], ${text})`, truth]
      case 3:
        return this.#call(goals)
      default:
        return [`(${goals.map(([one]) => one).join(' and ')})`, goals.find(([, one]) => one !== 'true')?.[1] ?? 'true']
    }
  }

  /** A goal with variables is called: its solutions count once. */
  #atom(): Goal {
    const text = atoms[this.below(atoms.length)]!
    const goal: Goal = [text, this.truths.get(text)!]
    return / and /.test(text) ? this.#call([goal]) : goal
  }

  #call(goals: readonly Goal[]): Goal {
    const name = `rule_${this.rules.length}`
    this.rules.push(goals.map(([text]) => `${name}(u: User, d: Doc) if ${text} and u = u and d = d;`).join('\n'))
    return [`${name}(u, d)`, any(goals)]
  }
}

function any(goals: readonly Goal[]): string {
  if (goals.some(([, truth]) => truth === 'true')) return 'true'
  return goals.every(([, truth]) => truth === 'false') ? 'false' : 'error'
}

function not(truth: string): string {
  return { true: 'false', false: 'true' }[truth] ?? truth
}

const policies = Number(process.env['FUZZ_COMPOSED'] ?? 20)
const seed = Number(process.env['FUZZ_SEED'] ?? 1)

test.each([true, false])(
  'every reader gives a composed goal the truth of the table; declared fields: %s',
  (declared) => {
    const policyOf = (goal: string, rules: readonly string[]): string =>
      `allow(u: User, "read", d: Doc) if (${goal}) and u = u and d = d;\n${rules.join('\n')}`
    const truths = new Map<string, string>(
      atoms.map((text) => [text, truthOf({ policy: policyOf(text, []), user, doc }, declared)]),
    )
    for (let at = 0; at < policies; at++) {
      const composer = new Composer(seed * 100_003 + at, truths)
      const [text, truth] = composer.goal(1 + (at % 3))
      const policy = policyOf(text, composer.rules)
      // A module that gives up says `machine-only`, or the first error that it met on the way.
      const wrong = wrongAnswers(truth, { policy, user, doc }, declared).filter(
        ([name, is]) => name !== 'module' || is !== 'error',
      )
      expect({ at, policy, wrong }).toEqual({ at, policy, wrong: [] })
    }
  },
)
