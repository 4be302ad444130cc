import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDiagnostic } from './formatDiagnostic.js'
import { parseFile } from './parse.js'
import { print } from './print.js'
import { Source } from './source.js'
import { policies } from './testing/policies.js'
import { tokensOf } from './testing/tokensOf.js'
import { withoutSpans } from './testing/withoutSpans.js'
import { isName } from './words.js'

/** Statements of all kinds, and the tokens that can be put into them. */
const statements = policies.flatMap((text) => parseFile(new Source(text)).file.statements.map(print))
const wordsOf = (source: string): string[] => tokensOf(source).map(({ text }) => text)
const vocabulary = [
  ...new Set(statements.flatMap(wordsOf)),
  '"',
  '@',
  '1e',
  'a::',
  '99999999999999999999',
  '!',
  'isa',
  '?',
]
/** Tokens that can stand for each other. */
const groups: readonly (readonly string[])[] = [
  vocabulary.filter(isName),
  vocabulary.filter((word) => /^(?:".+"|\d+)$/.test(word) && word.length < 19),
  ['==', '<', '=', '!=', '>='],
  ['+', '-', '*', 'mod'],
  ['and', 'or'],
]

const RUNS = process.env['ARCTURUS_TESTS'] === 'all' ? 6_000 : 1_500
const seed = process.env['FUZZ_SEED'] ? Number(process.env['FUZZ_SEED']) : Math.floor(Math.random() * 2 ** 31)

interface Mutation {
  readonly kind: 'drop' | 'repeat' | 'swap' | 'replace' | 'insert' | 'exchange'
  readonly at: number
  readonly word: number
}
const mutation = fc.record<Mutation>({
  kind: fc.constantFrom('drop', 'repeat', 'swap', 'replace', 'insert', ...Array<'exchange'>(6).fill('exchange')),
  at: fc.nat(),
  word: fc.nat(),
})

const groupOf = (word: string) => groups.find((group) => group.includes(word))

function mutate(words: readonly string[], { kind, at, word }: Mutation): readonly string[] {
  let index = at % words.length
  for (let tries = 0; kind === 'exchange' && tries < words.length && !groupOf(words[index]!); tries++)
    index = (index + 1) % words.length
  const before = words.slice(0, index)
  const behind = words.slice(index + 1)
  const one = words[index]!
  switch (kind) {
    case 'drop':
      return [...before, ...behind]
    case 'repeat':
      return [...before, one, one, ...behind]
    case 'swap':
      return [...before, ...behind.slice(0, 1), one, ...behind.slice(1)]
    case 'insert':
      return [...before, vocabulary[word % vocabulary.length]!, one, ...behind]
    case 'replace':
      return [...before, vocabulary[word % vocabulary.length]!, ...behind]
    case 'exchange': {
      const group = groupOf(one) ?? vocabulary
      return [...before, group[word % group.length]!, ...behind]
    }
  }
}

test(`gives an AST or diagnostics for ${RUNS} mutated policies (FUZZ_SEED=${seed})`, () => {
  let parsed = 0
  const policy = fc.array(fc.constantFrom(...statements), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(policy, fc.array(mutation, { minLength: 1, maxLength: 2 }), (chosen, mutations) => {
      const text = mutations.reduce(mutate, wordsOf(chosen.join('\n'))).join(' ')
      const { file, diagnostics } = parseFile(new Source(text))
      if (diagnostics.length === 0) {
        parsed++
        expect(withoutSpans(parseFile(new Source(print(file))).file)).toEqual(withoutSpans(file))
        return
      }
      for (const diagnostic of diagnostics) {
        expect(diagnostic.severity).toBe('error')
        expect(diagnostic.span).toBeDefined()
        expect(formatDiagnostic(diagnostic)).not.toMatch(/undefined|NaN|\[object/)
      }
    }),
    { numRuns: RUNS, seed },
  )
  expect(parsed / RUNS).toBeGreaterThan(0.3)
}, 120_000)

test(`gives an AST or diagnostics for any text (FUZZ_SEED=${seed})`, () => {
  const piece = fc.oneof(fc.constantFrom(...vocabulary, ' ', '\n', '#'), fc.string({ unit: 'binary', maxLength: 3 }))
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const { file, diagnostics } = parseFile(new Source(pieces.join('')))
      expect(file.kind).toBe('file')
      for (const diagnostic of diagnostics) expect(formatDiagnostic(diagnostic)).toContain(diagnostic.message)
    }),
    { numRuns: RUNS, seed },
  )
}, 120_000)
