import { describe, expect, test } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'
import { planCheck } from '../../authorizer/plans/plans.js'
import type { Condition, Definition } from '../condition.js'
import { printCondition } from '../print.js'
import { partsIn } from '../visit.js'
import { forCheck, forDefinition } from './passes.js'

class User {
  constructor(readonly id: number) {}
}
class Member {
  constructor(
    readonly user: User,
    readonly role: string,
  ) {}
}
class Folder {
  constructor(
    readonly parent: Folder | null,
    readonly members: readonly Member[] = [],
    readonly other: Folder | null = null,
  ) {}
}

type Evaluator = 'source' | 'closures' | 'machine'

function load(rules: string, evaluator: Evaluator = 'source', isDeclared = true): Authorizer {
  const authorizer = new Authorizer({ evaluator })
  const fields = {
    User: { id: 'integer' },
    Member: { user: { one: 'User', nullable: false }, role: 'string' },
    Folder: {
      parent: { one: 'Folder', nullable: true },
      other: { one: 'Folder', nullable: true },
      members: { many: 'Member' },
    },
  } as const
  for (const cls of [User, Member, Folder])
    authorizer.registerClass(cls, {
      ...(isDeclared && { fields: fields[cls.name as keyof typeof fields] }),
      ...(cls === User && { key: 'id' }),
    })
  authorizer.loadSync(`
    allow(user: User, "read", folder: Folder) if has(user, "viewer", folder);
    has(user: User, role: String, folder: Folder) if
      member in folder.members and member.user = user and member.role = role;
    ${rules}
  `)
  return authorizer
}

const up = (role: string, by = role, field = 'parent') =>
  `has(user: User, "${role}", folder: Folder) if folder.${field} != nil and has(user, "${by}", folder.${field});`
const implied = (role: string, by: string) =>
  `has(user: User, "${role}", folder: Folder) if has(user, "${by}", folder);`

/** Returns the bodies of the searches of a check, as texts. */
function searches(rules: string, isDeclared = true): readonly string[] {
  const { policy, schema } = load(rules, 'source', isDeclared)
  const condition = planCheck(policy!, schema, { model: 'User' }, { action: 'read' }, { model: 'Folder' })
  const found = new Map<Definition, Condition>()
  const visit = (one: Condition): void => {
    if (one.kind === 'ref' && !found.has(one.definition)) {
      found.set(one.definition, one)
      const body = forDefinition(schema, one.definition)
      found.set(one.definition, body)
      visit(body)
    }
    for (const part of partsIn(one)) visit(part)
  }
  visit(forCheck(schema, condition))
  return [...found.values()].map((body) => printCondition(body, schema))
}

const calls = (text: string): number => text.match(/has\(/g)?.length ?? 0

describe.each([true, false])('Searches for roles become one call in each round; declared: %s', (isDeclared) => {
  const callsOf = (rules: string): ReadonlySet<number> => new Set(searches(rules, isDeclared).map(calls))

  test('if one role implies another', () => {
    expect(callsOf(`${implied('viewer', 'editor')} ${up('viewer')} ${up('editor')}`)).toEqual(new Set([1]))
    expect(callsOf(ladder(['viewer', 'editor', 'owner']))).toEqual(new Set([1]))
    expect(callsOf(ladder(['viewer', 'commenter', 'editor', 'manager', 'owner']))).toEqual(new Set([1]))
  })

  test('if several roles allow the same', () => {
    const rules = ['editor', 'owner'].map(
      (role) => `${up(role)} allow(user: User, "read", folder: Folder) if has(user, "${role}", folder);`,
    )
    expect(callsOf(`${up('viewer')} ${rules.join(' ')}`)).toEqual(new Set([1]))
  })

  test('if a role needs another one above', () => {
    const rules = `${implied('viewer', 'editor')} ${up('viewer')} ${up('editor')} ${up('editor', 'owner')} ${up('owner')}`
    expect(callsOf(rules)).toEqual(new Set([1]))
  })

  test('if a role follows from another one above only', () => {
    expect(callsOf(`${up('viewer')} ${up('viewer', 'editor')} ${up('editor')}`)).toEqual(new Set([1]))
  })
})

describe('unite', () => {
  test('ends for roles that many sets of roles follow from', () => {
    // Which roles count above depends on the way there: there are exponentially many sets of them.
    const roles = Array.from({ length: 14 }, (_, at) => `role${at}`)
    const next = roles.slice(1).map((role, at) => `${up(roles[at]!, role)} ${up(roles[at]!, role, 'other')}`)
    const rules = `${implied('viewer', 'role0')} ${up('role0', 'role0')} ${up('role0', 'role0', 'other')} ${up('role0', 'role1')} ${next.join(' ')}`
    expect(searches(rules).length).toBeLessThan(40 * roles.length)
  })

  test('has the alternatives of a role that does not go up in the search', () => {
    const rules = `${implied('viewer', 'editor')} ${up('viewer')} has(_: User, "editor", folder: Folder) if folder.other = nil;`
    const [text, ...others] = searches(rules)
    expect(others).toEqual([])
    expect(calls(text!)).toBe(1)
    expect(text).toContain('"editor"')
    expect(text).toContain('.other = nil')
  })

  test('keeps searches along different relations apart', () => {
    const found = searches(`${implied('viewer', 'editor')} ${up('viewer')} ${up('editor', 'editor', 'other')}`)
    expect(found.map(calls)).toEqual([2, 1])
  })
})

const ladder = (roles: readonly string[]): string =>
  roles.map((role, at) => `${up(role)} ${at > 0 ? implied(roles[at - 1]!, role) : ''}`).join(' ')

const policies = {
  'two roles': `${implied('viewer', 'editor')} ${up('viewer')} ${up('editor')}`,
  'three roles': `${implied('viewer', 'editor')} ${implied('editor', 'owner')} ${up('viewer')} ${up('editor')} ${up('owner')}`,
  'one role that does not go up': `${implied('viewer', 'editor')} ${up('viewer')}`,
  'a role of another relation': `${implied('viewer', 'editor')} ${up('viewer')} ${up('editor', 'editor', 'other')}`,
  'a role that only goes up': `${implied('viewer', 'editor')} ${up('editor')}`,
  'roles that imply each other': `${implied('viewer', 'editor')} ${implied('editor', 'viewer')} ${up('viewer')} ${up('editor')}`,
  'a role above another one': `${up('viewer')} ${up('viewer', 'editor')} ${up('editor')}`,
  'roles in turn': `${up('viewer', 'editor')} ${up('editor', 'owner')} ${up('owner', 'viewer')}`,
  'roles along two relations': `${implied('viewer', 'editor')} ${up('viewer')} ${up('editor')} ${up('viewer', 'viewer', 'other')} ${up('editor', 'viewer', 'other')}`,
  'another role above': `${implied('viewer', 'editor')} ${up('viewer')} ${up('editor', 'owner')} ${up('owner')}`,
}

const [ann, bob] = [new User(1), new User(2)]
const roots = ['viewer', 'editor', 'owner', 'other'].flatMap((role) =>
  [ann, bob].map((user) => new Folder(null, [new Member(user, role)])),
)
const folders = [
  ...roots,
  ...roots.map((root) => new Folder(root)),
  ...roots.map((root) => new Folder(new Folder(root), [], roots[0])),
  ...roots.map((root) => new Folder(null, [], new Folder(root))),
  ...roots.map((root) => new Folder(root, [], new Folder(root, [new Member(bob, 'viewer')]))),
]
const circle = new Folder(null, [new Member(ann, 'editor')])
Object.assign(circle, { parent: new Folder(circle) })

// Members of folders at each level, some of which are an error for classes without declared fields.
const members = [[], ['viewer'], ['editor'], ['owner'], [undefined], ['other', undefined], ['owner', undefined]].map(
  (roles) => roles.map((role) => new Member(ann, role as string)),
)
const chains = members.flatMap((first) =>
  members.flatMap((second) =>
    members.flatMap((third) => [
      new Folder(new Folder(new Folder(null, third), second), first),
      new Folder(new Folder(new Folder(undefined as unknown as null, third), second), first),
    ]),
  ),
)

function outcome(authorizer: Authorizer, user: User, folder: Folder): unknown {
  try {
    return authorizer.can(user, 'read', folder)
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe.each(Object.entries(policies))('A search for %s', (_name, rules) => {
  test.each(['source', 'closures'] as const)('finds the same as the machine: %s', (evaluator) => {
    for (const isDeclared of [true, false]) {
      const [machine, authorizer] = [load(rules, 'machine', isDeclared), load(rules, evaluator, isDeclared)]
      for (const folder of [...folders, circle, circle.parent!, ...(isDeclared ? [] : chains)])
        for (const user of [ann, bob]) expect(outcome(authorizer, user, folder)).toBe(outcome(machine, user, folder))
    }
  })
})

test.each([true, false])(
  'The reads of a search grow with the depth of a tree; with declared fields: %s',
  (isDeclared) => {
    const authorizer = load(policies['three roles'], 'source', isDeclared)
    const readsAt = (depth: number): number => {
      let reads = 0
      const none = Array.from({ length: 1 }, () => new Member(bob, 'none'))
      let folder: Folder | null = null
      for (let level = 0; level < depth; level++)
        folder = Object.defineProperty(new Folder(folder), 'members', {
          get() {
            reads++
            return none
          },
        })
      expect(authorizer.can(ann, 'read', folder)).toBe(false)
      return reads
    }
    expect(readsAt(40)).toBeLessThan(2.5 * readsAt(20))
  },
)
