import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { moduleOf } from '../../../compile/src/testing/moduleOf.js'
import { explain } from '../../../explain/src/index.js'
import { Authorizer } from './authorizer.js'

/** The names of all properties that objects of core may lack, among them all options and parts of declarations. */
const source = fileURLToPath(new URL('../', import.meta.url))
const others = /^(?:oso|sql|enforcement|node|testing|coverage|mutation|diff)\//
const names = new Set(
  readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !others.test(file))
    .flatMap((file) => [...readFileSync(source + file, 'utf8').matchAll(/\b(\w+)\?:/g)].map(([, name]) => name!)),
)
// JavaScript itself takes every object with this method for a promise.
names.delete('then')
// The policy below reads these: see the last tests.
for (const read of ['id', 'length']) names.delete(read)

class Team {
  constructor(readonly id: number) {}
}
class User {
  constructor(
    readonly id: number,
    readonly teams: readonly Team[],
    readonly role: string,
  ) {}
}
class Note {
  constructor(
    readonly id: number,
    /** Undefined if it is not loaded. */
    readonly owner: User | null | undefined,
    readonly team: Team,
    readonly tags: readonly string[],
    readonly level: number,
  ) {}
}

const policy = `
  actor User {}
  resource Note { permissions = ["edit"]; roles = ["owner"]; "edit" if "owner"; }
  allow(actor, action, resource) if has_permission(actor, action, resource);
  has_role(user: User, "owner", note: Note) if note.owner = user;
  allow(user: User, "tag", note: Note) if "a" in note.tags and not user.role = "guest";
  allow(user: User, "rank", note: Note) if note.level > 2 and user.role.startsWith("a");
  allow(user: User, "walk", note: Note) if other in user.teams and other.id = note.team.id and not note.owner = nil;
  allow(user: User, "in", note: Note) if note.team in user.teams or note.tags.length = 1;
  allow_field(user: User, "edit", note: Note, "level") if note.owner = user;
`
const actions = ['edit', 'tag', 'rank', 'walk', 'in']
const [red, blue] = [new Team(1), new Team(2)]
const users = [new User(1, [red], 'admin'), new User(2, [red, blue], 'guest'), null]
const [ada] = users
const notes = [
  new Note(1, ada!, red, ['a', 'b'], 3),
  new Note(2, null, blue, ['b'], 1),
  new Note(3, undefined, red, ['a'], 3),
]

function make(evaluator: 'machine' | 'closures' | 'source'): Authorizer {
  const authorizer = new Authorizer({ evaluator, log() {}, limits: { syncTime: 600_000 } })
    .registerClass(Team, { key: 'id', fields: { id: 'integer' } })
    .registerClass(User, {
      key: 'id',
      fields: { id: 'integer', teams: { many: Team }, role: { type: 'string', nullable: false } },
    })
    .registerClass(Note, {
      key: 'id',
      fields: {
        id: 'integer',
        owner: { one: User },
        team: { one: Team, nullable: false },
        tags: { type: 'string', list: true },
        level: { type: 'integer', nullable: false },
      },
    })
  authorizer.loadSync({ text: policy, name: 'policy.polar' })
  return authorizer
}

function attempt(ask: () => unknown): unknown {
  try {
    return ask()
  } catch (error) {
    // Its text can have what all objects inherit; its code decides what a caller does.
    return `error ${(error as { readonly code?: unknown }).code ?? String(error)}`
  }
}

/** Returns the answers of an authorizer, each with its question. */
function ask(authorizer: Authorizer): readonly (readonly [question: string, answer: unknown])[] {
  const checks = users.flatMap((user) =>
    actions.flatMap((action) => {
      const who = `${user?.id} ${action}`
      const lists = (): unknown => {
        const filter = authorizer.filter(user, action, 'Note')
        const actors = authorizer.actorFilter(action, notes[0], 'User')
        const ofRows = notes.map((note) => attempt(() => filter.matches(note)))
        const found = [...ofRows, ...users.map((one) => one && actors.matches(one))]
        return [filter.definite().kind, String(filter), actors.definite().kind, String(actors), ...found].join()
      }
      return [
        ...notes.map((note) => [`${who} ${note.id}`, attempt(() => authorizer.can(user, action, note))] as const),
        [`list of ${who}`, attempt(lists)] as const,
      ]
    }),
  )
  const explained = attempt(() => String(explain(authorizer, users[1], 'edit', notes[0])).split('\n')[0])
  return [...checks, ['explanation', explained]]
}

function polluted<T>(names: readonly string[], value: unknown, run: () => T): T {
  for (const name of names)
    Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: true, writable: true })
  try {
    return run()
  } finally {
    for (const name of names) Reflect.deleteProperty(Object.prototype, name)
  }
}

const values: readonly unknown[] = [true, () => true, 'User', ['id']]

/** Returns the names of a group that change an answer with a value; several if they change it only together. */
function culprits(group: readonly string[], value: unknown, changes: (group: readonly string[]) => boolean): unknown[] {
  if (!changes(group)) return []
  const half = Math.ceil(group.length / 2)
  const halves = half < group.length ? [group.slice(0, half), group.slice(half)] : []
  const found = halves.flatMap((part) => culprits(part, value, changes))
  if (found.length > 0) return found
  const without = (names: readonly string[], name: string) => names.filter((one) => one !== name)
  const needed = group.reduce((left, name) => (changes(without(left, name)) ? without(left, name) : left), group)
  return [`${needed.join()}: ${String(value)}`]
}

/** All names with all values: together, and in groups that differ from run to run. Returns the names that change an answer. */
function changed(answers: (group: readonly string[], value: unknown) => unknown, right: unknown): unknown[] {
  const groups = new Map([[-1, [...names]]])
  for (const name of names) {
    const group = Math.floor(Math.random() * 3)
    groups.set(group, [...(groups.get(group) ?? []), name])
  }
  const changes = (value: unknown) => (group: readonly string[]) =>
    JSON.stringify(answers(group, value)) !== JSON.stringify(right)
  return values.flatMap((value) => [...groups.values()].flatMap((group) => culprits(group, value, changes(value))))
}

describe('a polluted prototype changes no answer', () => {
  it.each(['machine', 'closures', 'source'] as const)('of %s', (evaluator) => {
    expect(names.size).toBeGreaterThan(100)
    const right = ask(make(evaluator))
    const early = changed((group, value) => polluted(group, value, () => attempt(() => ask(make(evaluator)))), right)
    const late = changed((group, value) => {
      const made = make(evaluator)
      return polluted(group, value, () => attempt(() => ask(made)))
    }, right)
    expect({ early, late }).toEqual({ early: [], late: [] })
  })

  it('of a compiled module', () => {
    const answers = (): unknown => {
      const module = moduleOf(make('source'))({ classes: { Team, User, Note } })
      return users.flatMap((user) =>
        actions.flatMap((action) => notes.map((note) => attempt(() => module.can(user, action, note)))),
      )
    }
    expect(changed((group, value) => polluted(group, value, () => attempt(answers)), answers())).toEqual([])
  })
})

describe('an attribute of the policy that all objects inherit', () => {
  const question = ['edit', notes[0]] as const
  const entries: Readonly<Record<string, (authorizer: Authorizer) => unknown>> = {
    can: (one) => one.can(ada, ...question),
    canMany: (one) => one.canMany(ada, 'edit', notes),
    isAllowed: (one) => one.isAllowed(ada, ...question),
    authorize: (one) => one.authorize(ada, ...question),
    authorizedActions: (one) => one.authorizedActions(ada, notes[0]),
    authorizedFields: (one) => one.authorizedFields(ada, 'edit', notes[0]),
    filter: (one) => one.filter(ada, 'edit', 'Note'),
    queryRule: (one) => one.queryRule('allow', ada, ...question).next(),
    explain: (one) => explain(one, ada, ...question),
  }
  const failure = async (run: () => unknown): Promise<unknown> => {
    try {
      return await run()
    } catch (error) {
      return (error as { readonly code?: string }).code
    }
  }

  it.each(['machine', 'closures', 'source'] as const)('is an error of each entry of %s', async (evaluator) => {
    const authorizer = make(evaluator)
    expect(authorizer.can(ada, ...question)).toBe(true)
    for (const [name, entry] of Object.entries(entries))
      for (const read of ['owner', 'id', 'length']) {
        const found = polluted([read], 'admin', () => failure(() => entry(authorizer)))
        expect([name, read, await found]).toEqual([name, read, 'polluted-prototype'])
      }
  })

  it('is an error of a compiled module', async () => {
    const module = moduleOf(make('source'))({ classes: { Team, User, Note } })
    for (const ask of [() => module.can(ada, ...question), () => module.canMany(ada, 'edit', notes)])
      expect(await polluted(['owner'], ada, () => failure(ask))).toBe('polluted-prototype')
  })
})
