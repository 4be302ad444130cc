import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ArcturusError, formatDiagnostic } from '@arcturus/core'
import { describe, expect, test } from 'vitest'
import { print } from '../../packages/core/src/language/print.js'

const generated = (path: string) => new URL(`./generated/${path}`, import.meta.url)
const { authorizerOf, User } = await import(generated('polar/models.ts').href)

/** The pages about the language, whose policies and tables use the classes of the first. */
const page = ['polar', 'reference/polar', 'requests']
  .map((name) => readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8'))
  .join('\n')
const policy = (name: string) => readFileSync(generated(name), 'utf8')
const policies = ['polar', 'reference-polar', 'requests'].flatMap((folder) =>
  readdirSync(fileURLToPath(generated(folder)))
    .filter((name) => name.endsWith('.polar'))
    .map((name) => `${folder}/${name}`),
)

describe('the policies of the pages about Polar', () => {
  test.each(policies)('%s loads without a warning, and its tests hold', (name) => {
    expect(authorizerOf(policy(name)).policy.warnings.map(formatDiagnostic)).toEqual([])
  })
})

/** The rows of the tables of queries: the code of both cells. */
const queries = [...page.matchAll(/^\| query +\| answer +\|\n\|[ |-]+\|\n((?:\|.*\|\n)+)/gm)]
  .flatMap(([, body]) => body!.trimEnd().split('\n'))
  .map((row) =>
    row
      .slice(1, -1)
      .split(' | ')
      .map((cell) => cell.trim().replaceAll('`', '')),
  )
const authorizer = authorizerOf('allow(_, _, _);')

describe('the tables of the pages about Polar', () => {
  test('there are tables', () => {
    expect(queries.length).toBeGreaterThan(50)
  })

  test.each(queries)('%s: %s', async (query, expected) => {
    expect(await answerOf(query!)).toBe(expected)
  })

  const writtenOut = [...page.matchAll(/^# (".*";)\n(has_\w+\([^;]*;)$/gm)].map(([, ...pair]) => pair)

  test('shorthand is written out', () => {
    expect(writtenOut.length).toBeGreaterThan(3)
  })

  test.each(writtenOut)('%s is %s', (shorthand, written) => {
    expect(policy('polar/blocks.polar')).toContain(`  ${shorthand}\n`)
    const rules = [...authorizerOf(policy('polar/blocks.polar')).policy.rules.values()].flat()
    expect(rules.map((rule) => onOneLine(print(rule)))).toContain(onOneLine(written!))
  })
})

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

/** The solutions of a query, as the page writes them. */
async function answerOf(query: string): Promise<string> {
  const user = new User({ name: null, team: null, isAdmin: true })
  const solutions: string[] = []
  try {
    for await (const solution of authorizer.query(query, { bindings: new Map([['user', user]]) })) {
      const values = [...solution].filter(([name]) => name !== 'user')
      solutions.push(
        values
          .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
          .sort()
          .join(', '),
      )
    }
  } catch (error) {
    if (error instanceof ArcturusError) return `error ${error.code}`
    throw error
  }
  if (solutions.length === 0) return 'false'
  return solutions[0] === '' ? 'true' : solutions.join('; ')
}
