import { describe, expect, test } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'

class User {
  constructor(readonly id: number) {}
}
class Member {
  constructor(
    readonly user: User,
    readonly role: unknown,
  ) {}
}
interface Row {
  readonly above: Row | undefined
  readonly members: readonly Member[]
}

const depth = 12
const roles = ['viewer', 'editor', 'manager', 'owner']
const classes = Array.from({ length: depth }, (_, level) => {
  return {
    [`Level${level}`]: class implements Row {
      constructor(
        readonly above: Row | undefined,
        readonly members: readonly Member[],
      ) {}
    },
  }[`Level${level}`]!
})

/** A block for each level. Its roles imply each other, and come from the level above. */
const blocks = classes.map(({ name }, level) => {
  const above = classes[level - 1]?.name
  const climbing = roles.map((role) => `"${role}" if "${role}" on "above";`)
  const implied = roles.slice(1).map((role, at) => `"${roles[at]}" if "${role}";`)
  return `
    resource ${name} {
      permissions = ["read", "edit"];
      roles = ${JSON.stringify(roles)};
      ${above ? `relations = { above: ${above} };` : ''}
      "read" if "viewer"; "edit" if "editor";
      ${implied.join(' ')} ${above ? climbing.join(' ') : ''}
    }
    ${above ? `has_relation(above: ${above}, "above", row: ${name}) if above = row.above;` : ''}
    has_role(user: User, role: String, row: ${name}) if
      member in row.members and member.user = user and member.role = role;`
})

function load(evaluator: 'source' | 'closures' | 'machine', isDeclared: boolean): Authorizer {
  const authorizer = new Authorizer({ evaluator, log: () => {} })
  const member = { user: { one: 'User', nullable: false }, role: { type: String, nullable: false } } as const
  authorizer.registerClass(User, { key: 'id', ...(isDeclared && { fields: { id: 'integer' } }) })
  authorizer.registerClass(Member, isDeclared ? { fields: member } : {})
  for (const [level, cls] of classes.entries()) {
    const above = level > 0 && { above: { one: `Level${level - 1}`, nullable: false } as const }
    authorizer.registerClass(cls, isDeclared ? { fields: { members: { many: 'Member' }, ...above } } : {})
  }
  authorizer.loadSync(`
    actor User {}
    allow(actor, action, resource) if has_permission(actor, action, resource);
    ${blocks.join('')}`)
  return authorizer
}

/** Returns the lowest row of a chain. */
function chain(membersAt: (level: number) => readonly Member[]): Row {
  let row: Row | undefined
  for (const [level, cls] of classes.entries()) row = new cls(row, membersAt(level))
  return row!
}

const [ann, bob] = [new User(1), new User(2)]

function outcome(authorizer: Authorizer, user: User, action: string, row: Row): unknown {
  try {
    return authorizer.can(user, action, row)
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe.each([true, false])('Roles that climb through blocks; declared: %s', (isDeclared) => {
  const machine = load('machine', isDeclared)

  describe.each(['source', 'closures'] as const)('%s', (evaluator) => {
    const authorizer = load(evaluator, isDeclared)

    test('the members of each level are read once, or without generated code once for each role', () => {
      const read = new Array<number>(depth).fill(0)
      const row = chain((level) => [
        Object.defineProperty(new Member(bob, 'none'), 'user', {
          get() {
            read[level]!++
            return bob
          },
        }),
      ])
      expect(authorizer.can(ann, 'read', row)).toBe(false)
      expect(Math.max(...read.slice(1))).toBe(evaluator === 'source' ? 1 : 4)
    })

    test('the outcomes are those of the machine', () => {
      const given = isDeclared ? [...roles, 'none'] : [...roles, 'none', undefined]
      for (const at of [0, 5, depth - 1])
        for (const role of given)
          for (const other of given) {
            const row = chain((level) =>
              level === at
                ? [new Member(ann, role)]
                : level === 3
                  ? [new Member(bob, other), new Member(ann, other)]
                  : [],
            )
            for (const user of [ann, bob])
              for (const action of ['read', 'edit'])
                expect(outcome(authorizer, user, action, row)).toBe(outcome(machine, user, action, row))
          }
    })
  })
})
