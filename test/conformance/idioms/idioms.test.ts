import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Application, World } from './application.js'
import { cedar } from './cedar.js'
import { openfga } from './openfga.js'

const page = readFileSync(new URL('../../../docs/model/idioms.md', import.meta.url), 'utf8')

describe.each([
  ['Cedar', cedar],
  ['OpenFGA', openfga],
] as const)('the examples of %s', (system, applications) => {
  test('are those of the table', () => {
    const [, names = ''] = page.split(`| ${system}'s application`)
    const rows = names.split('\n\n', 1)[0]!.trimEnd().split('\n').slice(2)
    expect(rows.map((row) => row.split('`')[1])).toEqual(applications.map(({ name }) => name))
  })

  describe.each(applications.map((one): [string, Application] => [one.name, one]))('%s', (_, application) => {
    let world: World
    beforeAll(async () => {
      world = await World.open(application)
    })
    afterAll(() => world?.close())

    test('has the answers of the original', () => {
      for (const { at, allowed = [], denied = [] } of application.cases)
        for (const [questions, expected] of [
          [allowed, true],
          [denied, false],
        ] as const)
          for (const question of questions)
            expect({ question, at, answer: world.check(question, at) }).toEqual({ question, at, answer: expected })
    })

    test('has lists with exactly the rows that the checks allow', async () => {
      for (const { at, allowed = [], denied = [], lists = {}, unlisted } of application.cases) {
        if (unlisted) continue
        const asked = new Set([
          ...[...allowed, ...denied].map((question) => world.listOf(question)),
          ...Object.keys(lists),
        ])
        for (const question of asked) {
          const { listed, checked } = await world.list(question, at)
          expect({ question, at, rows: listed }).toEqual({ question, at, rows: lists[question] ?? checked })
          expect({ question, at, rows: checked }).toEqual({ question, at, rows: listed })
        }
      }
    })
  })
})
