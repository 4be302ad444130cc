import { readFileSync } from 'node:fs'
import initSqlJs from 'sql.js'
import { beforeAll, describe, expect, test } from 'vitest'
import { examples } from '../examples.js'
import { fill, labelsOf } from '../src/database.js'
import { Playground } from '../src/engine.js'
import { worldOfText } from '../src/link.js'
import { schemaOf } from '../src/schema.js'
import { Tables } from '../src/world.js'

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

test('the world of docs/playground.md opens', async () => {
  const page = readFileSync(new URL('../../../docs/playground.md', import.meta.url), 'utf8')
  const text = /^```json\n(.*?)^```$/ms.exec(page)![1]!
  const { matrix, findings } = await (await Playground.open(worldOfText(text, 'The page'))).opened()
  expect(findings).toEqual([])
  expect(matrix!.answers.flat(3)).toEqual([true, false])
})
