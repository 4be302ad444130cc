import { readFileSync } from 'node:fs'
import { Authorizer } from '@arcturus/core'
import initSqlJs from 'sql.js'
import { beforeAll, describe, expect, test } from 'vitest'
import { modelsOf } from '../../../packages/prisma/src/database/models.js'
import { examples } from '../examples.js'
import { compare } from '../src/comparison.js'
import { fill, labelsOf } from '../src/database.js'
import { Playground } from '../src/engine.js'
import { worldOfText } from '../src/link.js'
import { schemaOf } from '../src/schema.js'
import { Tables } from '../src/world.js'

/** The random policies: 1,000 with all tests. */
const count = process.env['ARCTURUS_TESTS'] === 'all' ? 1_000 : 50
const worlds = Object.entries(await examples())
let sqlite: Awaited<ReturnType<typeof initSqlJs>>
beforeAll(async () => {
  sqlite = await initSqlJs()
})

test('the pages of the guide are examples', () => expect(worlds.length).toBeGreaterThan(10))

describe.each(worlds)('the example %s', (_, world) => {
  test('opens without a warning', async () => {
    expect((await Playground.open(world)).findings).toEqual([])
  })

  test('lists exactly the rows that the checks allow, in memory and in SQLite', async () => {
    const schema = schemaOf(world)
    const tables = new Tables(schema, world.rows)
    const database = new sqlite.Database()
    fill(database, schema, tables)
    for (const context of Object.keys(world.contexts ?? { '': undefined })) {
      const playground = await Playground.open(world, context)
      const { actors, columns } = await playground.matrix()
      expect(columns.length).toBeGreaterThan(0)
      for (const actor of actors.keys())
        for (const [column, { actions, model }] of columns.entries())
          for (const action of actions) {
            const list = await playground.list({ actor, column, row: 0, action })
            expect(list.rows).toEqual(list.checked)
            expect(list.runs, list.sql.sqlite).toBeDefined()
            expect(labelsOf(database, list.runs!, { schema, tables, model }), list.sql.sqlite).toEqual(list.checked)
            expect(list.where).toMatch(/^(\/\/ .*\n)*\{/)
          }
    }
    database.close()
  })
})

describe('the comparison of a policy with', () => {
  // Each change grants something that it should not; some are seen in no row of the world, or in another context.
  const holes: readonly (readonly [
    name: string,
    example: string,
    text: string | RegExp,
    hole: string,
    gain: RegExp,
  ])[] = [
    ['a link that can be nil', 'sharing', 'link != nil and ', '', /nobody read plan/],
    ['shares of any role', 'sharing', 'role in ["viewer", "editor"] and\n', '', /cat share plan/],
    ['shares of anybody', 'sharing', 'share.user = user', 'share.user.id <= user.id', /cat (?:read|update) plan/],
    ['anonymous comments', 'public', '_: User, "comment"', '_, "comment"', /nobody comment news/],
    ['drafts for all', 'public', 'post: Post) if post.published = true;', '_: Post);', /nobody read draft/],
    ['a second door', 'blocks', /$/, '\nallow(_, "read", n: Note) if n.isPublic = true;', /eve read hello/],
    ['no lock', 'blocks', 'is_denied(_, "update", note: Note) if note.isLocked = true;', '', /ann update rules/],
    [
      'a block the wrong way',
      'blocks',
      /note.author.blocking and\n {2}block.blocked = user/,
      'user.blocking and block.blocked = note.author',
      /eve read hello/,
    ],
    ['grants that do not end', 'time', 'grant.until > now', 'grant.until != now', /bob enter office, if .*February/],
    ['no opening hour', 'time', 'hour >= room.opens and ', '', /ann enter office, if Room .* had opens = /],
  ]
  test.each(holes)('%s names the gain', async (_, example, text, hole, gain) => {
    const world = Object.fromEntries(worlds)[example]!
    const changed = world.policy.replace(text, hole)
    expect(changed).not.toBe(world.policy)
    const { findings, changes } = await compare(world, changed)
    expect(findings).toEqual([])
    const gains = changes.filter(({ before, after }) => before !== true && after === true)
    expect(gains.map((one) => `${one.actor} ${one.action} ${one.row}, if ${one.if}`)).toContainEqual(
      expect.stringMatching(gain),
    )
  })
})

describe('a random policy', () => {
  const world = Object.fromEntries(worlds)['organizations']!
  const conditions = [
    'p.title = "rocket"',
    'p.organization.name = "acme"',
    'm in u.memberships and m.organization = p.organization',
    'm in u.memberships and m.role = "admin" and m.organization.name = "bolt"',
    'u.name = "ann"',
    'u.id <= p.id',
    'not u.name = p.title',
    'not (m in u.memberships and m.organization = p.organization)',
    'forall(m in u.memberships, m.role = "owner" or m.role = "member")',
    'reaches(u, p)',
  ]
  const helper =
    'reaches(u: User, p: Project) if m in u.memberships and m.organization = p.organization and m.role != "member";'

  test('has the answers of the library, and lists the same rows in SQLite', async () => {
    let seed = 7
    const random = (most: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((seed / 2_147_483_648) * most)
    }
    const pick = <One>(list: readonly One[]) => list[random(list.length)]!
    const ruleOf = (action: string) => {
      const one = () => pick(conditions)
      const body = pick([one(), `${one()} and ${one()}`, `(${one()} or ${one()})`, `not (${one()}) and ${one()}`])
      return `allow(u: User, "${action}", p: Project) if u.id > 0 and p.id > 0 and (${body});`
    }
    const schema = schemaOf(world)
    const tables = new Tables(schema, world.rows)
    const database = new sqlite.Database()
    fill(database, schema, tables)
    const different: string[] = []
    for (let at = 0; at < count; at++) {
      const policy = [ruleOf('read'), ruleOf('read'), ruleOf('update'), helper].join('\n')
      const playground = await Playground.open({ ...world, policy, questions: { Project: ['read', 'update'] } })
      const matrix = await playground.matrix()
      const library = new Authorizer({ log: () => {} }).registerModels(modelsOf(schema))
      await library.load(policy)
      for (const [who, actor] of matrix.actors.entries()) {
        const row = actor.at < 0 ? null : library.as('User', tables.of('User')[actor.at]!)
        for (const [what, project] of tables.of('Project').entries())
          for (const [index, action] of (['read', 'update'] as const).entries()) {
            const own = await library.isAllowed(row, action, library.as('Project', project))
            if (own !== matrix.answers[who]![0]![what]![index]) different.push(`${action} ${who} ${what}: ${policy}`)
          }
        if (at % 10 > 0) continue
        const list = await playground.list({ actor: who, column: 0, row: 0, action: 'read' })
        const found = list.runs && labelsOf(database, list.runs, { schema, tables, model: 'Project' })
        if (String(found) !== String(list.checked)) different.push(`list ${who}: ${policy}`)
      }
    }
    database.close()
    expect(different).toEqual([])
  }, 300_000)
})

test('the world of docs/playground.md opens', async () => {
  const page = readFileSync(new URL('../../../docs/playground.md', import.meta.url), 'utf8')
  const text = /^```json\n(.*?)^```$/ms.exec(page)![1]!
  const { matrix, findings } = await (await Playground.open(worldOfText(text, 'The page'))).opened()
  expect(findings).toEqual([])
  expect(matrix!.answers.flat(3)).toEqual([true, false])
})
