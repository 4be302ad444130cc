import { existsSync, readFileSync } from 'node:fs'
import { Authorizer } from '@arcturus/core'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { DataSource, type ObjectLiteral } from 'typeorm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blocksOf, modelPages, pathOf } from './model/blocks.mjs'
import { rewritten } from './model/sections.js'
import { labelOf, NOBODY, type Row, World } from './model/world.js'

// `npx vitest run --project shared test/docs/model.test.ts -u` writes the generated sections anew.
describe.each(modelPages())('docs/model/%s.md', (page) => {
  let world: World
  beforeAll(async () => {
    world = await World.open(page)
  })
  afterAll(() => world?.close())

  test('has a policy without a warning', () => {
    expect(world.policy().warnings).toEqual([])
  })

  test('has sections that are up to date', async () => {
    await expect(await rewritten(world, readFileSync(pathOf(page), 'utf8'))).toMatchFileSnapshot(pathOf(page))
  })

  test('has lists with exactly the rows that the checks allow', async () => {
    for (const context of Object.values(world.facts.contexts ?? { '': undefined })) {
      const { authorizedFilter, client } = world.policy()
      const matrix = await world.matrix(context)
      for (const [who, actor] of await world.people(client))
        for (const [model, actions] of Object.entries(world.facts.questions))
          for (const action of actions) {
            const options = { action, ...(context && { context }) }
            const delegate = client[model[0]!.toLowerCase() + model.slice(1)]!
            const listed = (await delegate.findMany(authorizedFilter(actor as never, options as never))).map(labelOf)
            const rows = (await world.rowsOf(model)).map(labelOf)
            const allowed = rows.filter((row) => matrix.get(who)!.get(row)!.includes(action))
            expect({ who, action, model, rows: listed.sort() }).toEqual({ who, action, model, rows: allowed.sort() })
          }
    }
  })

  test.runIf(blocksOf(page).has('entities.ts'))('has the same answers with TypeORM', async () => {
    const file = new URL(`./generated/model-${page}/entities.ts`, import.meta.url)
    expect(existsSync(file), 'run `pnpm -r run generate` after the sections are written').toBe(true)
    const entities: Record<string, new () => ObjectLiteral> = await import(file.href)
    const source = new DataSource({ type: 'sqljs', synchronize: true, entities: Object.values(entities) })
    await source.initialize()
    for (const [model, rows] of Object.entries(world.facts.rows))
      await source.getRepository(model).insert(rows.map((row) => ({ ...row })))
    const authorizer = new Authorizer()
    if (world.facts.context) authorizer.registerContext(world.facts.context as never)
    const { authorizedFilter } = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
    await authorizer.load(blocksOf(page).get('policy.polar')!)
    for (const context of Object.values(world.facts.contexts ?? { '': undefined })) {
      const asked = context ? authorizer.with(context) : authorizer
      const matrix = await world.matrix(context)
      const people = new Map<string, Row | null>([[NOBODY, null]])
      for (const model of world.facts.actors ?? ['User'])
        for (const row of await source.getRepository(model).find()) people.set(labelOf(row), row)
      for (const [who, actor] of people)
        for (const [model, actions] of Object.entries(world.facts.questions))
          for (const action of actions) {
            const options = { action, ...(context && { context }) }
            const find = authorizedFilter(actor as never, entities[model]!, options as never)
            const listed = (await source.getRepository(model).find(find)).map(labelOf)
            const rows = await source.getRepository(model).find()
            const checked: string[] = []
            for (const row of rows) if (await asked.isAllowed(actor, action, row)) checked.push(labelOf(row))
            const expected = rows.map(labelOf).filter((row) => matrix.get(who)!.get(row)!.includes(action))
            expect({ who, action, listed: listed.sort(), checked: checked.sort() }).toEqual({
              who,
              action,
              listed: expected.sort(),
              checked: expected.sort(),
            })
          }
    }
    await source.destroy()
  })
})

test('there are pages', () => {
  expect(modelPages().length).toBeGreaterThan(0)
})
