import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noteDatabase } from '../databases.js'
import { exampleFolder, runScript } from '../e2e/application.js'

const bin = fileURLToPath(new URL('../../packages/cli/bin/arcturus.mjs', import.meta.url))

const orms = [
  {
    orm: 'Prisma',
    example: 'express-prisma',
    setup: 'src/setup.ts',
    allowed: ['user:1', 'describe', 'repository:1'],
    denied: ['user:3', 'describe', 'repository:1'],
    sentence: 'User 3 may not "describe" Repository 1.',
    // Every user may then read every issue.
    gained: 'allow(_: User, "read", _: Issue);',
    change: '+ read Issue: ',
    load: 'user 3',
    loaded: 'user = User {',
    query: 'user.id = id',
  },
  {
    orm: 'TypeORM',
    example: 'koa-typeorm',
    setup: 'src/setup.ts',
    allowed: ['person:4', 'edit', 'document:1'],
    denied: ['person:3', 'edit', 'document:1'],
    sentence: 'Person 3 may not "edit" Document 1.',
    gained: 'allow(_: Person, "read", _: Document);',
    change: '+ read Document: ',
    load: 'person 3',
    loaded: 'person = Person {',
    query: 'person.id = id',
  },
]

// What the command prints comes from the same code for both ORMs: `npm run test:all` asks it through the second, too.
describe.each(process.env['ARCTURUS_TESTS'] === 'all' ? orms : orms.slice(0, 1))(
  'the command with $orm on SQLite',
  ({ orm, example, setup, allowed, denied, sentence, gained, change, load, loaded, query }) => {
    const cwd = exampleFolder(example)
    const folder = mkdtempSync(join(tmpdir(), 'command-'))
    const environment = { DATABASE_URL: `file:${join(folder, 'example.db')}` }
    beforeAll(async () => {
      await runScript(cwd, ['exec', '--', 'tsx', setup], environment)
      noteDatabase('SQLite (libsql)')
    })
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    const run = (args: readonly string[], input = '') => {
      const env = { PATH: process.env['PATH'], NO_COLOR: '1', ...environment }
      const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
        cwd,
        env,
        input,
        encoding: 'utf8',
      })
      return { code: status, out: stdout, error: stderr }
    }

    it('explains a decision about rows', () => {
      expect(run(['explain', ...allowed])).toMatchObject({ code: 0, error: '' })
      const { code, out } = run(['explain', ...denied])
      expect(code).toBe(1)
      expect(out).toContain(sentence)
      expect(out).toContain('What is missing')
    })

    it('lists who may do something', () => {
      const [actor, action, resource] = allowed as [string, string, string]
      const { code, out } = run(['who', action, resource, '--json'])
      expect(code).toBe(0)
      const { actors } = JSON.parse(out) as { actors: readonly string[] }
      expect(actors.map((one) => one.toLowerCase())).toContain(actor)
      expect(actors.map((one) => one.toLowerCase())).not.toContain(denied[0])
    })

    it('prints a filter as a condition, the query, its SQL and its plan', () => {
      const [actor, , resource] = allowed as [string, string, string]
      const question = ['filter', actor, 'read', resource.split(':')[0]!]
      const { code, out, error } = run([...question, '--explain'])
      expect([code, error]).toEqual([0, ''])
      const titles = out.match(/^[A-Z]\w+$/gm)!
      expect([titles[0], ...titles.slice(-2)]).toEqual(['Condition', 'SQL', 'Plan'])
      expect(titles.includes('Where')).toBe(orm === 'Prisma')
      expect(out).toMatch(/(?:SCAN|SEARCH) .*\n\n$/)
      const { condition, statements } = JSON.parse(run([...question, '--json']).out) as {
        readonly condition: string
        readonly statements: readonly { readonly sql: string }[]
      }
      expect(out).toContain(condition)
      for (const { sql } of statements) expect(out).toContain(sql)
      expect(statements.at(-1)).toEqual({ sql: expect.stringContaining(' WHERE '), values: expect.anything() })
      expect(run(['filter', actor, 'raed', question[3]!])).toMatchObject({
        code: 2,
        error: expect.stringContaining('did you mean "read"?'),
      })
    })

    it('compares the policy with another one, on all rows', () => {
      const other = join(folder, 'other.polar')
      writeFileSync(other, `${readFileSync(join(cwd, 'policy.polar'), 'utf8')}\n${gained}\n`)
      const { code, out } = run(['diff', other])
      expect(code).toBe(1)
      // The files have the rule no longer.
      expect(out).toContain(change.replace('+', '-'))
      expect(out).toContain('Compared all rows')
    })

    it('compares recorded decisions with what they would be, on the rows of the database', () => {
      const row = (reference: string) => {
        const [model, key] = reference.split(':')
        return { model: model![0]!.toUpperCase() + model!.slice(1), key: Number(key) }
      }
      const lines = [allowed, denied].map(([actor, action, resource], id) =>
        JSON.stringify({
          kind: 'decision',
          id: String(id),
          time: '2030-01-01T00:00:00Z',
          entry: 'can',
          actor: row(actor!),
          action,
          resource: row(resource!),
          outcome: 'allowed',
        }),
      )
      const log = join(folder, 'decisions.jsonl')
      writeFileSync(log, lines.join('\n'))
      const { code, out } = run(['diff', '--decisions', log, '--json'])
      expect(code).toBe(1)
      expect(JSON.parse(out)).toMatchObject({
        compared: 2,
        uncompared: {},
        changes: [{ id: '1', before: 'allowed', after: 'denied' }],
      })
    })

    it('queries and explains rows in a session', () => {
      const { code, out } = run(
        ['repl'],
        `:load ${load}\n${query}\n:reload\n:explain ${denied.join(' ')}\n:load ${load}00\n`,
      )
      expect(code).toBe(0)
      expect(out).toContain(loaded)
      expect(out).toContain('id = 3\ntrue\n')
      expect(out).toContain('The policy is loaded.')
      expect(out).toContain(sentence)
      expect(out).toMatch(/There is no row/)
    })
  },
)
