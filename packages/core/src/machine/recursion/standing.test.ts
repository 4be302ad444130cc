import { describe, expect, it } from 'vitest'
import { moduleOf } from '../../../../compile/src/testing/moduleOf.js'
import { Oso } from '../../../../oso/src/index.js'
import { Authorizer } from '../../authorizer/authorizer.js'
import type { AuthorizerOptions } from '../../authorizer/options.js'

class User {
  banned = false
  friends: User[] = []
  boss: User | null = null
}
class Folder {
  readonly id: number
  parent: Folder | null = null
  constructor(id: number) {
    this.id = id
  }
}

const ask = 'allow(u: User, "read", _: Folder) if not banned(u);\n'
const standing = [
  'banned(u: User) if banned(u);',
  'banned(u: User) if blocked(u); blocked(u: User) if banned(u);',
  'banned(u: User) if x = u and banned(x);',
  'banned(u: User) if same(u, x) and banned(x); same(u, u);',
  'banned(u: User) if x in [u] and banned(x);',
  'banned(u: User) if banned(u); banned(u: User) if u.banned = true;',
  'banned(u: User) if pair(u, 1); pair(u, n) if pair(u, n);',
  'banned(u: User) if pair(u, u); pair(a, b) if pair(b, a);',
  'banned(u: User) if u.banned = false and banned(u);',
]

const evaluators: readonly NonNullable<AuthorizerOptions['evaluator']>[] = ['machine', 'closures', 'source']

function authorizer(policy: string, evaluator: NonNullable<AuthorizerOptions['evaluator']>): Authorizer {
  const made = new Authorizer({ evaluator }).registerClass(User).registerClass(Folder, { key: 'id' })
  made.loadSync(policy)
  return made
}

/** What a call throws, as its code; what it returns otherwise. */
function outcome(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}

describe.each(evaluators)('%s: a negated call of a rule that calls itself with the same arguments', (evaluator) => {
  it.each(standing)('is an error: %s', async (policy) => {
    const made = authorizer(ask + policy, evaluator)
    expect(outcome(() => made.can(new User(), 'read', new Folder(1)))).toBe('negated-loop')
    await expect(made.isAllowed(new User(), 'read', new Folder(1))).rejects.toMatchObject({ code: 'negated-loop' })
    expect(outcome(() => made.filter(new User(), 'read', 'Folder').definite())).toSatisfy(
      (code) => code === 'negated-loop' || code === 'opaque-condition',
    )
  })

  it('is an error under `forall`, and under two negations', () => {
    const twice = 'allow(u: User, "read", _: Folder) if not (u.banned = true or not banned(u)); banned(u) if banned(u);'
    const all = 'allow(u: User, "read", _: Folder) if forall(x in [u], fine(x)); fine(u) if fine(u);'
    for (const policy of [twice, all])
      expect(outcome(() => authorizer(policy, evaluator).can(new User(), 'read', new Folder(1)))).toBe('negated-loop')
  })

  it('is decided when another rule proves the call', () => {
    const policy = `${ask}banned(u: User) if banned(u); banned(u: User) if u.banned = true;`
    const user = Object.assign(new User(), { banned: true })
    expect(authorizer(policy, evaluator).can(user, 'read', new Folder(1))).toBe(false)
  })

  it.each([
    'allow(u: User, "read", _: Folder) if u.banned = true;',
    'allow(u: User, "read", f: Folder) if not inner(u, f); inner(u, f) if not inner(u, f) and f = f; inner(u, _) if u.banned = true;',
  ])('is the same with another rule, which the machine would try later: %s', (other) => {
    const user = Object.assign(new User(), { banned: true })
    const policy = `${ask}banned(u: User) if banned(u) and u.banned = false; ${other}`
    const ofMachine = outcome(() => authorizer(policy, 'machine').can(user, 'read', new Folder(1)))
    expect(outcome(() => authorizer(policy, evaluator).can(user, 'read', new Folder(1)))).toBe(ofMachine)
  })

  it('remains an error after many calls have failed', () => {
    const many = Array.from({ length: 600 }, () => new User())
    const policy = `allow(u: User, "read", _: Folder) if not any(u) and not banned(u);
      any(u: User) if f in u.friends and low(f, u) and u.banned = true; low(_: User, u: User) if banned(u) or 1 = 1;
      banned(u: User) if banned(u);`
    const user = Object.assign(new User(), { friends: many })
    expect(outcome(() => authorizer(policy, evaluator).can(user, 'read', new Folder(1)))).toBe('negated-loop')
  })
})

describe.each(evaluators)('%s: a negated recursion that reads data on its way', (evaluator) => {
  const inside =
    'inside(f: Folder, top: Integer) if f.id = top; inside(f: Folder, top: Integer) if inside(f.parent, top);'
  const related = `inside(f: Folder, top: Integer) if f.id = top;
    inside(f: Folder, top: Integer) if relation(p, f) and inside(p, top);
    relation(p: Folder, f: Folder) if p = f.parent;`
  const facts =
    'edge(1, 2); edge(2, 1); inside(f: Folder, top) if near(f.id, top); near(x, y) if edge(x, y) or (edge(x, z) and near(z, y));'

  it.each([inside, related, facts])('ends on cyclic data: %s', (policy) => {
    const [a, b] = [new Folder(1), new Folder(2)]
    a.parent = b
    b.parent = a
    const self = new Folder(1)
    self.parent = self
    const made = authorizer(
      `allow(_: User, "read", f: Folder) if not inside(f, 9); allow(_: User, "edit", f: Folder) if not inside(f, 2); ${policy}`,
      evaluator,
    )
    for (const folder of [a, b, ...(policy === facts ? [] : [self])])
      expect(made.can(new User(), 'read', folder)).toBe(true)
    expect(made.can(new User(), 'edit', a)).toBe(false)
  })
})

describe('the drop-in', () => {
  it.each(standing)('throws an error of oso: %s', async (policy) => {
    const oso = new Oso()
    oso.registerClass(User)
    oso.registerClass(Folder)
    await oso.loadStr(ask + policy)
    await expect(oso.isAllowed(new User(), 'read', new Folder(1))).rejects.toThrow(
      /Goal stack overflow!.*`banned`|`pair`/,
    )
  })
})

describe('a compiled module', () => {
  it.each(standing)('leaves the answer to the machine: %s', (policy) => {
    const module = moduleOf(authorizer(ask + policy, 'closures'))({ classes: { User, Folder } })
    expect(outcome(() => module.can(new User(), 'read', new Folder(1)))).toBe('machine-only')
  })
})

describe.each(evaluators)('%s: a negated search along data', (evaluator) => {
  it.each([
    'reaches(a: User, b: User) if a = b; reaches(a: User, b: User) if c = a.boss and reaches(c, b);',
    'reaches(a: User, b: User) if a = b; reaches(a: User, b: User) if c in a.friends and reaches(c, b);',
  ])('fails at its start, also if another rule compares its arguments: %s', (rules) => {
    const made = authorizer(`allow(u: User, "read", _: Folder) if not reaches(u.boss, u);\n${rules}`, evaluator)
    const [user, first, second] = [new User(), new User(), new User()]
    user.boss = first
    first.boss = second
    second.boss = first
    first.friends = [second]
    second.friends = [first]
    expect(made.can(user, 'read', new Folder(1))).toBe(true)
    second.boss = user
    second.friends = [first, user]
    expect(made.can(user, 'read', new Folder(1))).toBe(false)
  })
})
