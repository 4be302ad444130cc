import { blue, bodiesByKind, bodyOf, definitions, red, values } from './cases.js'
import { Doc, Readers, User } from './readers.js'

/** Goals whose truth the machine tells; the table of docs/reference/polar.md tells the truth of what they compose. */
const atoms: readonly string[] = [
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
  'is_user(d.owner)',
  'is_doc(d.owner)',
  'not is_doc(d.owner)',
  'x in d.members and is_doc(x)',
  'forall(x in d.members, is_user(x))',
  'u in d.members',
  'd.owner = u',
  'd.owner.n = 1',
  ...Object.values(bodiesByKind).flatMap((bodies) => bodies.map(bodyOf).map(shortened)),
]

/** The rules that atoms call. */
const helpers = `is_user(_: User); is_doc(_: Doc); ${definitions}`

/** Returns a body with the names that goals have for the user and the document. */
function shortened(body: string): string {
  return body.replaceAll(/\buser\b/g, 'u').replaceAll(/\bdoc\b/g, 'd')
}

/** Pseudo-random numbers (mulberry32). */
class Random {
  #seed: number

  constructor(seed: number) {
    this.#seed = seed >>> 0
  }

  below(limit: number): number {
    this.#seed = (this.#seed + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#seed ^ (this.#seed >>> 15), this.#seed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }

  pick<One>(all: readonly One[]): One {
    return all[this.below(all.length)]!
  }
}

/** Values of the field that most atoms read. Promises are the machine's, wherever they are. */
const its = Object.entries(values).flatMap(([name, value]) => (name.includes('promise') ? [] : [value]))
const owners = [new Doc({ id: 2, n: 1 }), new User({ id: 1, n: 1 }), new User({ id: 3, n: 2 }), null]
const collections = [
  (of: readonly unknown[]) => new Set(of),
  (of: readonly unknown[]) => new Map(of.map((one) => [one, 1])).keys(),
  (of: readonly unknown[]) => [...of],
]

/** Returns the user and the document of questions, each made anew for each question. */
function worldOf(random: Random) {
  const [itOfUser, itOfDoc] = [random.pick(its), random.pick(its)]
  const [owner, member] = [random.pick(owners), random.pick(owners)]
  const collection = random.pick(collections)
  const isProxy = random.below(2) === 0
  const user = (): object => {
    const fields = {
      id: 1,
      n: 1,
      s: 'a',
      flag: true,
      boss: null,
      make: Function,
      big: 5n,
      neg: -0,
      it: itOfUser,
      team: red,
    }
    const [day, nothing] = [new Date(Number.NaN), Number.NaN]
    const many = { tags: collection(['a', 'b']), each: ['a', 'b'].values(), map: new Map([['k', 1]]) }
    const it = new User({ ...fields, day, nothing, ...many, ...(isProxy && { n: 2 }) })
    return isProxy ? new Proxy(it, { get: (of, key): unknown => (key === 'n' ? 1 : Reflect.get(of, key)) }) : it
  }
  const doc = (): object => {
    const members = member === null ? [] : [member]
    const fields = { id: 1, n: 1, s: 'a', tags: ['b'], ns: [undefined, 3], owner, members, v: { k: 1 } }
    const it = new Doc({ ...fields, it: itOfDoc, team: blue, word: 'word' })
    return Object.assign(it, { later: new Doc({ id: 2, word: 'later', before: it }) })
  }
  return { user, doc, contradicts: owner instanceof Doc || member instanceof Doc }
}

/** A goal, and its truth. */
type Goal = readonly [text: string, truth: string]

/** Composes goals, and collects the rules that they call. */
class Composer {
  readonly rules: string[] = []

  /** @param truthOf - Returns the truth of an atom. */
  constructor(
    readonly random: Random,
    private readonly truthOf: (atom: string) => string,
  ) {}

  goal(depth: number): Goal {
    if (depth === 0) return this.#atom()
    const goals = Array.from({ length: 2 + this.random.below(2) }, () =>
      this.goal(depth - 1 - this.random.below(depth)),
    )
    const [[text, truth]] = goals as [Goal]
    switch (this.random.below(7)) {
      case 0:
        return [`(${goals.map(([one]) => one).join(' or ')})`, any(goals)]
      case 1:
        return [`not (${text})`, not(truth)]
      case 2:
        return [`forall(_ in [1, 2], ${text})`, truth]
      case 3:
        return this.#call(goals)
      case 4:
        return this.#recursive(goals)
      default:
        return [`(${goals.map(([one]) => one).join(' and ')})`, goals.find(([, one]) => one !== 'true')?.[1] ?? 'true']
    }
  }

  /**
   * A goal with variables is called: its solutions count once. So is a search of a list in which an element is an error: for the
   * machine alone, the elements are alternatives of what follows.
   */
  #atom(): Goal {
    const text = this.random.pick(atoms)
    const goal: Goal = [`(${text})`, this.truthOf(text)]
    return / and | in d\.ns/.test(text) ? this.#call([goal]) : goal
  }

  #call(goals: readonly Goal[]): Goal {
    const name = `rule_${this.rules.length}`
    this.rules.push(goals.map(([text]) => `${name}(u: User, d: Doc) if ${text} and u = u and d = d;`).join('\n'))
    return [`${name}(u, d)`, any(goals)]
  }

  /** A rule that reaches the goal by a row before. */
  #recursive(goals: readonly Goal[]): Goal {
    const [called, truth] = this.#call(goals)
    const name = `rule_${this.rules.length}`
    this.rules.push(`${name}(u: User, d: Doc) if d.word = "later" and ${name}(u, d.before);
      ${name}(u: User, d: Doc) if d.word = "word" and ${called};`)
    return [`${name}(u, d.later)`, truth]
  }
}

function any(goals: readonly Goal[]): string {
  if (goals.some(([, truth]) => truth === 'true')) return 'true'
  return goals.every(([, truth]) => truth === 'false') ? 'false' : 'error'
}

function not(truth: string): string {
  return { true: 'false', false: 'true' }[truth] ?? truth
}

function allow(action: string, [goal]: Goal): string {
  return `allow(u: User, "${action}", d: Doc) if ${goal} and u = u and d = d;`
}

/** The number of goals that are asked about one world. */
const together = 25

/** A goal that some reader gives another truth than the table. */
export interface Wrong {
  readonly first: number
  readonly expected: string
  readonly policy: string
  readonly answers: readonly (readonly [reader: string, answer: string])[]
}

/** Asks every reader random goals. Returns the first one that a reader gives another truth than the table. */
export function firstWrong(seed: number, goals: number, declared: boolean): Wrong | undefined {
  const ofAtoms = atoms.map((text, at) => allow(`atom ${at}`, [`(${text})`, '']))
  const machine = new Readers([helpers, ...ofAtoms].join('\n'), declared)
  for (let first = 0; first < goals; first += together) {
    const random = new Random(Math.imul(seed, 100_003) + first)
    const world = worldOf(random)
    const truths = new Map<string, string>()
    const composer = new Composer(random, (text) => {
      const truth = truths.get(text) ?? machine.truth(world, `atom ${atoms.indexOf(text)}`)
      truths.set(text, truth)
      return truth
    })
    const asked = Array.from({ length: together }, (_, at) => {
      const arms = Array.from({ length: 1 + random.below(2) }, () => composer.goal(1 + (at % 3)))
      return { action: `action ${at}`, arms, rules: arms.map((arm) => allow(`action ${at}`, arm)) }
    })
    const rules = [helpers, ...composer.rules]
    const readers = new Readers([...rules, ...asked.flatMap((one) => one.rules)].join('\n'), declared)
    for (const { action, arms, rules: own } of asked) {
      const expected = any(arms)
      // A module that gives up says `machine-only`, or the first error that it met on the way.
      const answers = readers
        .wrongAnswers(expected, world, action)
        .filter(([name, is]) => name !== 'module' || is !== 'error')
      if (answers.length > 0) return { first, expected, policy: [...rules, ...own].join('\n'), answers }
    }
  }
  return undefined
}
