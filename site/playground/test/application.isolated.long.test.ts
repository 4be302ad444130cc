import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { applicationOf } from '../../../packages/cli/src/commands/playground.js'
import { Project } from '../../../packages/cli/src/project/project.js'
import { exampleFolder, runScript } from '../../../test/e2e/application.js'
import { worldOfApplication } from '../src/application.js'
import { Playground } from '../src/engine.js'
import { schemaOf } from '../src/schema.js'
import { Tables } from '../src/world.js'

const folder = mkdtempSync(join(tmpdir(), 'arcturus-worlds-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each([
  ['express-prisma', 'Prisma'],
  ['koa-typeorm', 'TypeORM'],
])(
  'the world of %s answers as the application with %s',
  async (example) => {
    const cwd = exampleFolder(example)
    process.env['DATABASE_URL'] = `file:${join(folder, `${example}.db`)}`
    await runScript(cwd, ['exec', '--', 'tsx', 'src/setup.ts'], { DATABASE_URL: process.env['DATABASE_URL'] })
    const project = await Project.open(cwd, undefined)
    const close = project.close.bind(project)
    project.close = async () => {}
    const sent = await applicationOf(async () => project, { rows: 80, show: [] }, false)
    const world = worldOfApplication(JSON.parse(sent))
    const playground = await Playground.open(world)
    expect(playground.findings, world.schema).toEqual([])
    const { actors, columns, answers } = await playground.matrix()
    const tables = new Tables(schemaOf(world), world.rows)
    const keyOf = (model: string, at: number) =>
      String(tables.of(model)[at]![project.authorizer.schema.key(model)![0]!])
    const different: string[] = []
    let count = 0
    for (const [who, { model, at }] of actors.entries()) {
      const actor = at < 0 ? null : await project.row(`${model}:${keyOf(model, at)}`)
      for (const [column, { actions, rows, model: of }] of columns.entries())
        for (const [row, one] of rows.entries()) {
          const resource = await project.row(`${of}:${keyOf(of, one.at)}`)
          for (const [index, action] of actions.entries()) {
            count++
            const own = await project.authorizer.isAllowed(actor, action as never, resource)
            if (own !== answers[who]![column]![row]![index])
              different.push(`${model} ${at} ${action} ${of} ${one.label}`)
          }
        }
    }
    await close()
    expect(count).toBeGreaterThan(100)
    expect(different, world.schema).toEqual([])
  },
  300_000,
)
