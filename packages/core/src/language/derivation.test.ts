import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import nearley from 'nearley'
import { describe, expect, test } from 'vitest'
import { junction, only } from './build/index.js'
import { Shape } from './derivation.js'
import { Derived } from './derived.js'
import { productions } from './grammar.js'
import { arrange } from './operators.js'
import { parseFile } from './parse.js'
import { print } from './print.js'
import { Source } from './source.js'
import { terminalOf } from './terminals.js'
import { arbitraryFile } from './testing/arbitraryAst.js'
import { policies } from './testing/policies.js'
import { tokensOf } from './testing/tokensOf.js'
import type { Token } from './token.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '../../../..')

/** The files of a folder, without what is installed or built: other tests write there. */
function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (/^(?:node_modules|dist|\.next|built15)$/.test(entry.name)) return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesIn(path) : [path]
  })
}

/** Every policy of the repository: its files, and the examples of its documents. */
const written: readonly (readonly [place: string, text: string])[] = [
  'bench',
  'docs',
  'examples',
  'packages',
  'test',
].flatMap((folder) =>
  filesIn(folder)
    .filter((file) => /\.(?:polar|md)$/.test(file))
    .flatMap((file): (readonly [string, string])[] => {
      const text = readFileSync(join(root, file), 'utf8')
      if (file.endsWith('.polar')) return [[file, text]]
      return [...text.matchAll(/^```polar[^\n]*\n([\s\S]*?)^```/gm)].map((block, index) => [
        `${file}, ${index}`,
        block[1]!,
      ])
    }),
)

/** A memory of shapes that forgets, so that nearley parses each statement. */
class Forgetful extends Shape {
  override and(): Shape {
    return new Forgetful()
  }
}

/** Makes trees comparable: of a source, only its text counts. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, part) =>
      part instanceof Source
        ? 'source'
        : typeof part === 'bigint'
          ? `${part}n`
          : typeof part === 'number' && !Number.isFinite(part)
            ? String(part)
            : Object.is(part, -0)
              ? '-0'
              : part,
    ),
  )

function expectSame(text: string): void {
  expect(plain(parseFile(new Source(text)))).toEqual(plain(parseFile(new Source(text), new Forgetful())))
}

/** Builds a value from the innermost part outwards. */
function built(part: Derived | Token): unknown {
  const arranged = arrange(part)
  if (!(arranged instanceof Derived)) return arranged
  const build = arranged.build as (...parts: readonly unknown[]) => unknown
  const values = arranged.parts.map(built)
  return build === junction ? build(values) : build(...values)
}

/** nearley alone: with all rules at each place, and without steps. */
function derivedByNearley(start: string, tokens: readonly Token[]): unknown[] {
  const rules = productions.map(([name, symbols, build]) => ({
    name,
    symbols: symbols.split(' ').map((symbol) => terminalOf(symbol) ?? symbol),
    postprocess: (parts: (Derived | Token)[]) =>
      build === only && parts.length === 1 ? parts[0] : new Derived(build, parts),
  }))
  const grammar = nearley.Grammar.fromCompiled({ ParserStart: start, ParserRules: rules })
  let at = 0
  const feed = { next: () => tokens[at++], reset() {}, save: () => ({}), formatError: () => '' }
  const parser = new nearley.Parser(grammar, { lexer: feed as unknown as nearley.Lexer })
  parser.feed('')
  return parser.results.map(built)
}

/** The same tokens with other words of their kinds. */
function renamed(tokens: readonly Token[], turn: number): string {
  const other: Readonly<Record<string, (text: string) => string>> = {
    symbol: (text) => `${text.replace('?', '')}_${turn}`,
    string: (text) => `"${turn}${text.slice(1)}`,
    number: () => String(turn + 1),
    boolean: () => String(turn % 2 === 0),
  }
  return tokens.map(({ kind, text }) => other[kind]?.(text) ?? text).join(' ')
}

describe('a shared derivation', () => {
  test('reads the policies of the repository', () => {
    expect(written.length).toBeGreaterThan(40)
  })

  test.each([...written, ...policies.map((text, index) => [`policy ${index}`, text] as const)])(
    'builds what nearley builds from each statement of %s',
    (_, text) => {
      expectSame(text)
      // Twice the same statements, and once more with other names: the later ones share derivations.
      expectSame(`${text}\n${text}\n${renamed(tokensOf(text), 1)}`)
    },
  )

  test.each([
    ['rule', 'allow(_: User{a: 1}, "read", x) if not x.a = 1 + 2 * 3 and (x.b in [1, *r] or f(x, y: 2));'],
    ['rule', 'f(x);'],
    ['ruleType', 'type f(x: Integer, y);'],
    ['inlineQuery', '?= f(1) and not g(new A(x: 1, y: [2]));'],
    ['production', '"read" if "reader" on "parent";'],
    ['production', 'relations = { parent: A, other };'],
  ])('builds what nearley alone builds from a %s', (start, text) => {
    const before = start === 'production' ? 'resource A {' : ''
    const after = start === 'production' ? '}' : ''
    const one = `${before}${text}${after}\n`
    const { file, diagnostics } = parseFile(new Source(one + one))
    expect(diagnostics).toEqual([])
    file.statements.forEach((statement, index) => {
      const tokens = tokensOf(text).map((token) => {
        const shift = before.length + index * one.length
        return { ...token, start: token.start + shift, end: token.end + shift }
      })
      const value = statement.kind === 'resource block' ? statement.productions[0] : statement
      expect([plain(value)]).toEqual(plain(derivedByNearley(start, tokens)))
    })
  })

  test('builds the same from random policies with repeated shapes', () => {
    fc.assert(
      fc.property(arbitraryFile, fc.nat(9), (file, turn) => {
        const text = print(file)
        const tokens = tokensOf(text)
        expectSame(`${text}\n${renamed(tokens, turn)}\n${renamed(tokens, turn + 1)}`)
      }),
      { numRuns: process.env['ARCTURUS_TESTS'] === 'all' ? 400 : 150 },
    )
  }, 120_000)

  test('reports the same errors for random policies with a wrong token', () => {
    const words = ['}', ')', ';', ',', 'if', 'and', '"a"', 'x', '1', 'not', '@', '"', ':', '{', 'type', '?=']
    fc.assert(
      fc.property(arbitraryFile, fc.nat(), fc.constantFrom(...words), fc.boolean(), (file, place, word, replaces) => {
        const text = print(file)
        const tokens = tokensOf(text)
        const at = tokens[place % Math.max(1, tokens.length)]
        if (!at) return
        const wrong = text.slice(0, at.start) + word + text.slice(replaces ? at.end : at.start)
        expectSame(`${text}\n${wrong}\n${text}`)
      }),
      { numRuns: process.env['ARCTURUS_TESTS'] === 'all' ? 400 : 150 },
    )
  }, 120_000)

  test('reports duplicate keys in every statement of a shape', () => {
    const { diagnostics } = parseFile(new Source('f({a: 1, b: 2});\nf({a: 1, a: 2});\nf({c: 1, c: 2});'))
    expect(diagnostics.map(({ code, span }) => [code, span?.start])).toEqual([
      ['duplicate-key', expect.any(Number)],
      ['duplicate-key', expect.any(Number)],
    ])
  })

  test('reports conditions as values in every statement of a shape', () => {
    const { file, diagnostics } = parseFile(new Source('f(x) if x = (a = b);\nf(y) if y = (c = d);'))
    expect(file.statements).toEqual([])
    expect(diagnostics).toHaveLength(2)
  })
})
