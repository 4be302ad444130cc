import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { PatternSteps } from './patternSteps.js'

const packages = fileURLToPath(new URL('../../packages/', import.meta.url))

/** Files with a pattern that needs steps by the square of the length of some text, and why nobody sends such a text. */
const exempt: Readonly<Record<string, string>> = {
  'explain/src/show.ts': 'the text of a policy that was parsed: its quotes are closed',
  'explain/src/text.ts': 'sentences that explanations write: their quotes are closed',
  'core/src/language/lexer.ts': 'the text of a policy; tried at the place of a token alone',
  'prisma/src/schema/tokens.ts': 'the schema of the application',
  'sql/src/catalog/definition.ts': 'definitions of tables',
  'typeorm/src/sql/containedText.ts': 'SQL of the application',
}

interface Literal {
  readonly place: string
  readonly source: string
  readonly flags: string
}

/** Returns the regular expressions in the sources of all packages, each once. */
function literals(): readonly Literal[] {
  const found = new Map<string, Literal>()
  const files = readdirSync(packages).flatMap((name) =>
    readdirSync(`${packages}${name}/src`, { recursive: true, encoding: 'utf8' }).map((file) => `${name}/src/${file}`),
  )
  for (const file of files.filter((one) => /(?<!\.test)\.tsx?$/.test(one))) {
    const source = ts.createSourceFile(file, readFileSync(packages + file, 'utf8'), ts.ScriptTarget.Latest)
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/')
        found.set(node.text, { place: file, source: node.text.slice(1, end), flags: node.text.slice(end + 1) })
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return [...found.values()]
}

const length = 80

/** Returns a text for which a pattern needs steps by the square of its length, or undefined. */
function attackOn({ source, flags }: Literal): string | undefined {
  const pattern = new PatternSteps(source, flags)
  const { parts } = pattern
  const repeated = [...parts, ...parts.flatMap((one) => parts.map((other) => one + other))]
  for (const part of new Set(repeated))
    for (const before of ['', parts[0] ?? ''])
      for (const after of ['', '\u0001']) {
        const text = (times: number): string => before + part.repeat(times) + after
        const times = Math.ceil(length / part.length)
        const steps = pattern.count(text(times))
        const isMany = steps > 20 * length
        if (isMany && (steps === Number.POSITIVE_INFINITY || pattern.count(text(2 * times)) > 3 * steps)) return text(4)
      }
  return undefined
}

test('the steps of each regular expression grow with the length of its text', () => {
  const slow = literals().filter((one) => attackOn(one) !== undefined)
  expect(slow.filter(({ place }) => !exempt[place])).toEqual([])
  expect(Object.keys(exempt).filter((place) => !slow.some((one) => one.place === place))).toEqual([])
})

test.each([
  ['(?:(?:;|%3b)[^/]*|\\.|%20)+(?=\\/|$)', 'gi'],
  ['\\s+$', ''],
  ['^(\\d*)\\.?(\\d*)$', ''],
  ['"(?:[^"\\\\]|\\\\.)*"', 'g'],
  ['(?<=a*)b', ''],
  ['^(a|a)*$', ''],
])('a slow regular expression is found: %s', (source, flags) => {
  expect(attackOn({ place: '', source, flags })).toBeDefined()
})
