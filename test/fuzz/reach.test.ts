import { Authorizer, QueryError, UnsupportedFilterError } from '@arcturus/core'
import { expect, test } from 'vitest'
import { DefiniteRows } from './definiteRows.js'
import { Random } from './random.js'

class User {
  id = 0
  teams: Team[] = []
}
class Team {
  id = 0
  parent: Team | null = null
  above: Team[] = []
  folder: Folder | null = null
  members: User[] = []
}
class Folder {
  id = 0
  name: string | null = null
  depth = 0
  isOpen = false
  isPublic: boolean | null = null
  owner: User | null = null
  parent: Folder | null = null
  links: Link[] = []
  team: Team | null = null
}
class Link {
  id = 0
  kind = ''
  to: Folder | null = null
}

const id = { type: 'integer', nullable: false } as const

function authorizerFor(rules: string): Authorizer {
  const authorizer = new Authorizer({ evaluator: 'machine' })
    .registerClass(User, { key: 'id', fields: { id, teams: { many: 'Team' } } })
    .registerClass(Team, {
      key: 'id',
      fields: {
        id,
        parent: { one: 'Team' },
        above: { many: 'Team' },
        folder: { one: 'Folder' },
        members: { many: 'User' },
      },
    })
    .registerClass(Link, { key: 'id', fields: { id, kind: { type: String, nullable: false }, to: { one: 'Folder' } } })
    .registerClass(Folder, {
      key: 'id',
      fields: {
        id,
        name: String,
        depth: { type: 'integer', nullable: false },
        isOpen: { type: Boolean, nullable: false },
        isPublic: Boolean,
        owner: { one: 'User' },
        parent: { one: 'Folder' },
        links: { many: 'Link' },
        team: { one: 'Team' },
      },
    })
  authorizer.loadSync(rules)
  return authorizer
}

interface World {
  readonly users: readonly User[]
  readonly folders: readonly Folder[]
}

/** Rows that lead to each other in any way, also in circles. */
function randomWorld(random: Random): World {
  const some = <Row>(cls: new () => Row): Row[] => Array.from({ length: random.integer(1, 5) }, () => new cls())
  const users = some(User)
  const teams = some(Team)
  const folders = some(Folder)
  const links = some(Link)
  const one = <Row>(rows: readonly Row[]): Row | null => (random.chance(0.25) ? null : random.pick(rows))
  const many = <Row>(rows: readonly Row[]): Row[] => rows.filter(() => random.chance(0.4))
  for (const [index, row] of [...users, ...teams, ...folders, ...links].entries()) row.id = index + 1
  for (const team of teams) {
    team.parent = one(teams)
    team.above = many(teams)
    team.folder = one(folders)
    team.members = many(users)
  }
  for (const user of users) user.teams = teams.filter((team) => team.members.includes(user))
  for (const link of links) {
    link.kind = random.pick(['part', 'copy'])
    link.to = one(folders)
  }
  for (const folder of folders) {
    folder.name = random.pick(['a', 'b', null])
    folder.depth = random.integer(0, 2)
    folder.isOpen = random.chance(0.6)
    folder.isPublic = random.pick([true, false, false, false, null])
    folder.owner = one(users)
    folder.parent = one(folders)
    folder.links = many(links)
    folder.team = one(teams)
  }
  return { users, folders }
}

const roles = (rules: string): string => `
  allow(u: User, "read", f: Folder) if has_role(u, "viewer", f);
  has_role(u: User, "owner", f: Folder) if f.owner = u;
  ${rules}`

const policies: readonly (readonly [string, string])[] = [
  ['a to-one relation', `allow(u: User, "read", f: Folder) if f.owner = u or allow(u, "read", f.parent);`],
  [
    'a to-one relation, asked before what ends it',
    `allow(u: User, "read", f: Folder) if allow(u, "read", f.parent) or f.owner = u;`,
  ],
  [
    'a call that binds the next row',
    roles(`has_role(u, "viewer", f) if has_role(u, "owner", f);
           has_role(u: User, "viewer", f: Folder) if has_relation(p, "parent", f) and has_role(u, "viewer", p);
           has_relation(p: Folder, "parent", f: Folder) if f.parent = p;`),
  ],
  [
    'resource blocks',
    `actor User {}
     resource Folder {
       roles = ["viewer", "editor", "owner"];
       permissions = ["read"];
       relations = { parent: Folder };
       "read" if "viewer";
       "viewer" if "editor"; "editor" if "owner";
       "viewer" if "viewer" on "parent"; "editor" if "editor" on "parent"; "owner" if "owner" on "parent";
     }
     allow(u, a, f) if has_permission(u, a, f);
     has_role(u: User, "owner", f: Folder) if f.owner = u;
     has_role(u: User, "editor", f: Folder) if f.isOpen and u in f.team.members;
     has_relation(p: Folder, "parent", f: Folder) if f.parent = p;`,
  ],
  [
    'roles that are asked of each other',
    roles(`has_role(u: User, "viewer", f: Folder) if has_role(u, "editor", f) or has_role(u, "viewer", f.parent);
           has_role(u: User, "editor", f: Folder) if has_role(u, "owner", f) or has_role(u, "editor", f.parent) or
             (f.isOpen and t = f.team and t matches Team and has_role(u, "viewer", t.folder));`),
  ],
  [
    'a role that takes turns with another',
    roles(`has_role(u: User, "viewer", f: Folder) if has_role(u, "editor", f.parent);
           has_role(u: User, "editor", f: Folder) if has_role(u, "owner", f) or (f.isOpen and has_role(u, "viewer", f.parent));`),
  ],
  [
    'rows of another model on the way',
    `allow(u: User, "read", f: Folder) if f.owner = u or member(u, f.team);
     member(u: User, t: Team) if u in t.members or allow(u, "read", t.folder);`,
  ],
  [
    'to-many relations, with a condition on each step',
    `allow(u: User, "read", f: Folder) if f.owner = u;
     allow(u: User, "read", f: Folder) if link in f.links and link.kind = "part" and allow(u, "read", link.to);`,
  ],
  [
    'a condition that compares the rows of a step',
    `allow(u: User, "read", f: Folder) if f.owner = u;
     allow(u: User, "read", f: Folder) if p = f.parent and p matches Folder and p.depth <= f.depth and allow(u, "read", p);`,
  ],
  [
    'several arms',
    `allow(u: User, "read", f: Folder) if f.owner = u and f.isOpen;
     allow(u: User, "read", f: Folder) if allow(u, "read", f.parent);
     allow(u: User, "read", f: Folder) if f.isOpen and link in f.links and allow(u, "read", link.to);
     allow(u: User, "read", f: Folder) if f.team matches Team and allow(u, "read", f.team.folder);`,
  ],
  [
    'two recursions, one below the other',
    `allow(u: User, "read", f: Folder) if inside(u, f.team);
     allow(u: User, "read", f: Folder) if allow(u, "read", f.parent);
     inside(u: User, t: Team) if u in t.members;
     inside(u: User, t: Team) if above in t.above and inside(u, above);`,
  ],
  [
    'a recursion below `not`',
    `allow(u: User, "read", f: Folder) if f.isOpen and not under(u, f);
     under(u: User, f: Folder) if f.owner = u or under(u, f.parent);`,
  ],
  [
    'a recursion below `forall`',
    `allow(u: User, "read", f: Folder) if forall(link in f.links, under(u, link.to));
     under(u: User, f: Folder) if f.owner = u or under(u, f.parent);`,
  ],
  [
    'errors behind and before the next row',
    `allow(_: User, "read", f: Folder) if f.isPublic;
     allow(u: User, "read", f: Folder) if allow(u, "read", f.parent);
     allow(u: User, "read", f: Folder) if f.owner.id = u.id;`,
  ],
  [
    'errors that end a recursion below `not`',
    `allow(u: User, "read", f: Folder) if f.depth < 2 and not under(u, f);
     under(u: User, f: Folder) if f.isPublic or under(u, f.parent) or f.owner.id = u.id;`,
  ],
  [
    'nil at the end of the way',
    `allow(u: User, "read", f: Folder) if under(u, f);
     under(_: User, f) if f = nil;
     under(u: User, f) if f != nil and f.isOpen and under(u, f.parent);`,
  ],
  [
    "the actor's own recursion",
    `allow(u: User, "read", f: Folder) if t in u.teams and inside(t, f.team);
     inside(t: Team, other) if t = other;
     inside(t: Team, other) if inside(t.parent, other);`,
  ],
  [
    'a number that counts down',
    `allow(u: User, "read", f: Folder) if near(u, f, 3);
     near(u: User, f: Folder, _) if f.owner = u;
     near(u: User, f: Folder, 3) if near(u, f.parent, 2);
     near(u: User, f: Folder, 2) if link in f.links and near(u, link.to, 1);`,
  ],
]

test.each(policies)('the filter of a recursion is the check: %s', (_, rules) => {
  const authorizer = authorizerFor(rules)
  const rows = new DefiniteRows(authorizer.schema)
  const counted = { true: 0, false: 0, error: 0 }
  for (let index = 0; index < 60; index++) {
    const world = randomWorld(Random.ofCase(3, index))
    for (const user of world.users.slice(0, 2)) {
      const filter = authorizer.filter(user, 'read', 'Folder')
      for (const folder of world.folders) {
        const expected = answer(() => authorizer.can(user, 'read', folder))
        counted[String(expected) as 'true' | 'false' | 'error']++
        expect(rows.holds(filter.definite(), folder), `case ${index}, row ${folder.id}\n${filter}`).toBe(
          expected === true,
        )
        expect(filter.matches(folder)).toBe(expected === true)
      }
    }
  }
  expect(counted.true).toBeGreaterThan(20)
  expect(counted.false + counted.error).toBeGreaterThan(20)
})

test('an error beside a true recursion excludes no row, also below a quantifier', () => {
  const authorizer = authorizerFor(`
    allow(_: User, "read", f: Folder) if link in f.links and (open(link.to) or link.to.owner.id = 1) and link.kind = "copy";
    open(f: Folder) if f.isOpen;
    open(f: Folder) if f.parent != nil and open(f.parent);`)
  const rows = new DefiniteRows(authorizer.schema)
  let allowed = 0
  for (let index = 0; index < 60; index++) {
    const { users, folders } = randomWorld(Random.ofCase(4, index))
    const filter = authorizer.filter(users[0], 'read', 'Folder').definite()
    for (const folder of folders) {
      const expected = answer(() => authorizer.can(users[0], 'read', folder)) === true
      expect(rows.holds(filter, folder), `case ${index}, row ${folder.id}`).toBe(expected)
      if (expected) allowed++
    }
  }
  expect(allowed).toBeGreaterThan(20)
})

function answer(ask: () => boolean): boolean | 'error' {
  try {
    return ask()
  } catch (error) {
    if (error instanceof QueryError) return 'error'
    throw error
  }
}

const refused: readonly (readonly [string, string])[] = [
  [
    'two calls at once',
    'allow(u: User, "read", f: Folder) if f.owner = u or (allow(u, "read", f.parent) and allow(u, "read", f.team.folder));',
  ],
  [
    'a row that the way began with',
    'allow(u: User, "read", f: Folder) if f.owner = u or under(f, f.parent); under(f: Folder, p: Folder) if f.depth = p.depth or under(f, p.parent);',
  ],
]

test.each(refused)('a recursion that no database can follow is rejected: %s', (_, rules) => {
  const authorizer = authorizerFor(rules)
  const filter = authorizer.filter(new User(), 'read', 'Folder')
  expect(() => filter.definite()).toThrow(UnsupportedFilterError)
})
