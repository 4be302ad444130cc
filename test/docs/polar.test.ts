import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ArcturusError, type Diagnostic, type Finding, formatDiagnostic, PolicyError } from '@arcturus/core'
import { describe, expect, test } from 'vitest'
import { print } from '../../packages/core/src/language/print.js'

const folder = new URL('./generated/polar/', import.meta.url)
const { authorizerOf, User } = await import(new URL('models.ts', folder).href)

const page = readFileSync(new URL('../../docs/polar.md', import.meta.url), 'utf8')
const policy = (name: string) => readFileSync(new URL(name, folder), 'utf8')
const policies = readdirSync(fileURLToPath(folder)).filter((name) => name.endsWith('.polar'))
/** The policies below the heading of patterns. */
const patterns = policies.filter((name) => page.indexOf(`title="${name}"`) > page.indexOf('\n## Patterns'))

describe('the policies of docs/polar.md', () => {
  test.each(policies)('%s loads without a warning, and its tests hold', (name) => {
    expect(authorizerOf(policy(name)).policy.warnings.map(formatDiagnostic)).toEqual([])
  })

  test.each(patterns)('%s is a filter as well', (name) => {
    const found: readonly Finding[] = authorizerOf(`${policy(name)} actor User {}`).check()
    expect(found.filter(({ code }) => code === 'unsupported-filter')).toEqual([])
  })
})

/** The rows of the tables that begin with such a heading, each the code of its first two cells. */
function rowsOf(first: string, second: string): [string, string][] {
  const heading = new RegExp(`^\\| ${first} +\\| ${second} +\\|\\n\\|[ |-]+\\|\\n((?:\\|.*\\|\\n)+)`, 'gm')
  const rows = [...page.matchAll(heading)].flatMap(([, body]) => body!.trimEnd().split('\n'))
  return rows.map((row) => {
    const [left = '', right = ''] = row.slice(1, -1).split(' | ')
    return [left.trim().replaceAll('`', ''), right.trim().replaceAll('`', '')]
  })
}

const queries = rowsOf('query', 'answer')
const authorizer = authorizerOf('allow(_, _, _);')

describe('the tables of docs/polar.md', () => {
  test('there are tables', () => {
    expect(queries.length).toBeGreaterThan(50)
  })

  test.each(queries)('%s: %s', async (query, expected) => {
    expect(await answerOf(query)).toBe(expected)
  })

  test.each(rowsOf('one more line', 'diagnostic'))('%s: %s', (line, diagnostic) => {
    const [blocks] = policy('blocks.polar').split('?=')
    expect(diagnosticsOf(`${blocks}\n${line}`)[0]).toBe(diagnostic)
  })

  const writtenOut = [...page.matchAll(/^# (".*";)\n(has_\w+\([^;]*;)$/gm)].map(([, ...pair]) => pair)

  test('shorthand is written out', () => {
    expect(writtenOut.length).toBeGreaterThan(3)
  })

  test.each(writtenOut)('%s is %s', (shorthand, written) => {
    expect(policy('blocks.polar')).toContain(`  ${shorthand}\n`)
    const rules = [...authorizerOf(policy('blocks.polar')).policy.rules.values()].flat()
    expect(rules.map((rule) => onOneLine(print(rule)))).toContain(onOneLine(written!))
  })
})

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

/** What loading a policy tells, the first things first. */
function diagnosticsOf(text: string): string[] {
  const named = ({ severity, code }: Diagnostic) => `${severity} ${code}`
  try {
    return authorizerOf(text).policy.warnings.map(named)
  } catch (error) {
    if (error instanceof PolicyError) return error.diagnostics.map(named)
    throw error
  }
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
