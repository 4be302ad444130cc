import { Authorizer } from '@arcturus/core'
import { Arrivals, engineOf } from '@arcturus/core/internal/explain'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate } from './evaluate.js'

class User {
  readonly id = 1
}
class Folder {
  readonly boss: Folder | null = null
  next: Folder | null = null
  others: Folder[] = []
  constructor(
    readonly id: number,
    readonly level: number,
  ) {}
}

/** Goals about a folder `f` of level 3 without a boss. */
const goals = { allowed: 'f.level = 3', denied: 'f.level = 4', error: 'f.boss.level = 3' } as const
type Decision = keyof typeof goals
const decisions: readonly Decision[] = ['allowed', 'denied', 'error']

function decide(policy: string, folder: Folder): Decision {
  const authorizer = new Authorizer({ log: () => {} })
    .registerClass(User, { key: 'id' })
    .registerClass(Folder, { key: 'id' })
  authorizer.loadSync(policy)
  // Sound: every authorizer has an engine.
  return evaluate(engineOf(authorizer)!, { actor: new User(), action: 'read', resource: folder }, new Arrivals())
    .decision
}

const or = (...parts: readonly Decision[]): Decision =>
  parts.includes('allowed') ? 'allowed' : parts.includes('error') ? 'error' : 'denied'
const and = (...parts: readonly Decision[]): Decision => parts.find((one) => one !== 'allowed') ?? 'allowed'
const not = (part: Decision): Decision => (part === 'error' ? part : part === 'allowed' ? 'denied' : 'allowed')

describe('an evaluation', () => {
  const cases = decisions.flatMap((a) => decisions.flatMap((b) => decisions.map((c) => [a, b, c] as const)))

  it.each(cases)('follows the table for parts that are %s, %s and %s', (a, b, c) => {
    const [x, y, z] = [goals[a], goals[b], goals[c]]
    const three = new Folder(1, 3)
    three.others = [new Folder(2, 3), new Folder(3, 4)]
    const expected: readonly (readonly [string, Decision])[] = [
      [`${x} or ${y} or ${z}`, or(a, b, c)],
      [`${x} and ${y} and ${z}`, and(a, b, c)],
      [`(${x} or ${y}) and ${z}`, and(or(a, b), c)],
      [`${x} and (${y} or ${z})`, and(a, or(b, c))],
      [`not (${x} or ${y}) and ${z}`, and(not(or(a, b)), c)],
      [`not (${x} and ${y}) or ${z}`, or(not(and(a, b)), c)],
      [`not (either(f) and ${z})`, not(and(or(a, b), c))],
      [`((v = 1 and ${x}) or (v = 2 and ${y})) and (v = 2 and ${z})`, or(and(a, 'denied'), and(b, c))],
      [`_ in f.others and ${x}`, a],
      [`not (_ in f.others and ${x} and ${y})`, not(and(a, b))],
      [`forall(_ in f.others, ${x})`, a],
      // A constant is no variable that the alternatives share with the goals after them.
      [`(${x} or ${y} or f.others = nil) and nil == nil`, or(a, b)],
      [`not ((${x} or ${y} or f.others = nil) and nil == 3)`, not(and(or(a, b), 'denied'))],
    ]
    for (const [body, decision] of expected) {
      const either = body.includes('either') ? `either(f) if ${x}; either(f) if ${y};` : ''
      expect([body, decide(`allow(_: User, "read", f: Folder) if ${body}; ${either}`, three)]).toEqual([body, decision])
    }
    const rules = [x, y, z].map((body) => `allow(_: User, "read", f: Folder) if ${body};`).join('\n')
    expect(decide(rules, three)).toBe(or(a, b, c))
  })

  const rows = new Folder(1, 3)
  const [present, absent] = [new Folder(2, 3), new Folder(3, 3)]
  Object.assign(present, { boss: new Folder(4, 3) })
  rows.others = [absent, present]

  it.each<[string, Decision]>([
    ['o in f.others and o.boss.level = 3', 'allowed'],
    ['o in f.others and o.boss.level = 4', 'error'],
    ['not (o in f.others and o.boss.level = 4)', 'error'],
    ['not (o in f.others and o.boss.level = 3)', 'denied'],
    ['forall(o in f.others, o.boss.level = 3)', 'error'],
    ['forall(o in f.others, o.boss.level = 4)', 'denied'],
  ])('of rows finds the row that decides behind one that is an error: %s', (body, expected) => {
    expect(decide(`allow(_: User, "read", f: Folder) if ${body};`, rows)).toBe(expected)
  })

  const ring = [new Folder(1, 3), new Folder(2, 4), new Folder(3, 3)]
  ring.forEach((folder, at) => {
    folder.next = ring[(at + 1) % ring.length]!
  })

  type Goal = { readonly text: string; holds(folder: Folder, known: Known): Decision }
  type Known = ReadonlyMap<string, Decision>
  const nameOf = (rule: string, { id }: Folder) => `${rule} ${id}`
  const leaf = fc.constantFrom<Goal>(
    { text: 'f.level = 3', holds: ({ level }) => (level === 3 ? 'allowed' : 'denied') },
    { text: 'f.level = 5', holds: () => 'denied' },
    { text: 'f.boss.level = 3', holds: () => 'error' },
  )
  const call = fc.record({ rule: fc.constantFrom('p', 'q', 'r'), isNext: fc.boolean() }).map(
    ({ rule, isNext }): Goal => ({
      text: `${rule}(f${isNext ? '.next' : '.next.next'})`,
      holds: ({ next }, known) => known.get(nameOf(rule, isNext ? next! : next!.next!))!,
    }),
  )
  const { goal } = fc.letrec<{ readonly goal: Goal }>((tie) => ({
    goal: fc.oneof(
      { depthSize: 'small' },
      leaf,
      call,
      ...(
        [
          ['and', and],
          ['or', or],
        ] as const
      ).map(([word, table]) =>
        fc.array(tie('goal'), { minLength: 2, maxLength: 3 }).map(
          (parts): Goal => ({
            text: `(${parts.map(({ text }) => text).join(` ${word} `)})`,
            holds: (folder, known) => table(...parts.map((one) => one.holds(folder, known))),
          }),
        ),
      ),
    ),
  }))

  /** The least fixpoint of what is allowed, and with that of the errors. */
  function settled(rules: Readonly<Record<string, Goal>>): Known {
    let known: Known = new Map()
    for (const isRaised of [(one: Decision) => one === 'allowed', (one: Decision) => one !== 'denied']) {
      for (let before = ''; before !== JSON.stringify([...known]); ) {
        before = JSON.stringify([...known])
        const next = ring.flatMap((folder) =>
          Object.entries(rules).map(([rule, body]): [string, Decision] => {
            const name = nameOf(rule, folder)
            const decision = known.size === 0 ? 'denied' : body.holds(folder, known)
            return [name, isRaised(decision) ? decision : (known.get(name) ?? 'denied')]
          }),
        )
        known = new Map(next)
      }
    }
    return known
  }

  it('of a recursive call knows errors that were met after a call that depends on them', () => {
    const rule = 'p(f: Folder) if (p(f.next) or f.level = 3 or f.boss.level = 3) and p(f.next.next);'
    expect(decide(`allow(_: User, "read", f: Folder) if not p(f); ${rule}`, ring[0]!)).toBe('error')
  })

  it('of recursive calls is the least fixpoint', () => {
    const rules = fc.record({ p: goal, q: goal, r: goal })
    fc.assert(
      fc.property(rules, fc.boolean(), (bodies, isNegated) => {
        const policy = Object.entries(bodies).map(([rule, { text }]) => `${rule}(f: Folder) if ${text};`)
        const known = settled(bodies).get(nameOf('p', ring[0]!))!
        const first = `allow(_: User, "read", f: Folder) if ${isNegated ? 'not ' : ''}p(f);`
        expect(decide([first, ...policy].join('\n'), ring[0]!)).toBe(isNegated ? not(known) : known)
      }),
      { numRuns: 300 },
    )
  })

  it('reads each copy of a row, whichever of them is asked first', () => {
    const policy = 'below(f: Folder) if f.next.level = 4 or o in f.others and below(o);'
    const [whole, partial] = [new Folder(2, 3), new Folder(2, 3)]
    Object.assign(whole, { next: new Folder(3, 5) })
    Object.assign(partial, { next: new Folder(4, 4) })
    for (const others of [
      [whole, partial],
      [partial, whole],
    ]) {
      const top = Object.assign(new Folder(1, 3), { next: whole, others })
      expect(decide(`allow(_: User, "read", f: Folder) if below(f); ${policy}`, top)).toBe('allowed')
    }
  })

  it.each(['climbs(f) or climbs(f.next)', 'climbs(f.next) or climbs(f)'])(
    'reads a copy of a row below itself: %s',
    (body) => {
      const [top, below, copy] = [new Folder(1, 3), new Folder(2, 3), new Folder(1, 3)]
      Object.assign(top, { boss: top, next: below })
      Object.assign(below, { boss: top, next: copy })
      const policy = 'climbs(f: Folder) if f.boss.level = 4 or climbs(f.next);'
      expect(decide(`allow(_: User, "read", f: Folder) if ${body}; ${policy}`, top)).toBe('error')
    },
  )

  it('is the error of a call that depends on its own negation, whatever else is true', () => {
    const policy = 'p(f) or f.level = 3; p(f: Folder) if f.next != nil and not p(f.next);'
    expect(decide(`allow(_: User, "read", f: Folder) if ${policy}`, ring[0]!)).toBe('error')
  })
})
