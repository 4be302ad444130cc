import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PolicyDocument, rangeOf } from './document.js'
import { LanguageService } from './index.js'

const policy = readFileSync(new URL('../../../examples/express-prisma/policy.polar', import.meta.url), 'utf8')

/** Returns what editors see of a document: its statements and their places, and its mistakes. */
function shown(document: PolicyDocument): unknown {
  return document.pieces.map(({ source, length, statement, diagnostics }) => ({
    text: document.text.getText().slice(source.start, source.start + length),
    statement: statement && [statement.kind, rangeOf(statement.span)],
    diagnostics: diagnostics.map(({ code, span }) => [code, span && rangeOf(span)]),
  }))
}

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.nat(40),
  insert: fc.oneof(
    fc.constantFrom(
      '',
      ';',
      '"',
      '(',
      ')',
      '{',
      '}',
      '#',
      '\n',
      ' if ',
      'allow(_, _, _);\n',
      'resource Foo {\n',
      ' and ',
      '\r\n',
      '😀',
    ),
    fc.string({ maxLength: 8 }),
  ),
})

test('a document after any edits is as if it was opened with its text', () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 12 }), (edits) => {
      const document = new PolicyDocument('file:///a.polar', policy, 1)
      for (const [index, { at, remove, insert }] of edits.entries()) {
        const text = document.text.getText()
        const offset = Math.floor(at * text.length)
        document.update(text.slice(0, offset) + insert + text.slice(offset + remove), index + 2)
        expect(shown(document)).toEqual(shown(new PolicyDocument('file:///a.polar', document.text.getText(), 1)))
      }
    }),
    { numRuns: process.env['ARCTURUS_TESTS'] === 'all' ? 150 : 60 },
  )
})

test('the statements of a change are parsed alone', () => {
  const text = Array.from({ length: 500 }, (_, index) => `allow(_, "action ${index}", _);\n`).join('')
  const document = new PolicyDocument('file:///a.polar', text, 1)
  const before = document.pieces
  document.update(text.replace('"action 250"', '"another"'), 2)
  expect(document.pieces.filter((piece) => !before.includes(piece)).length).toBeLessThan(15)
})

describe('a service after any edits', () => {
  test('never throws, and has all places within its documents', () => {
    fc.assert(
      fc.property(
        fc.array(edit, { minLength: 1, maxLength: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (edits, at) => {
          const uri = 'file:///a.polar'
          const service = new LanguageService({ isWhole: true })
          let text = policy
          for (const [index, { at, remove, insert }] of edits.entries()) {
            const offset = Math.floor(at * text.length)
            text = text.slice(0, offset) + insert + text.slice(offset + remove)
            service.update(uri, text, index)
          }
          const { text: shape } = new PolicyDocument(uri, text, 1)
          const position = shape.positionAt(Math.floor(at * text.length))
          for (const { range } of service.diagnostics().get(uri)!) {
            expect(shape.offsetAt(range.end)).toBeGreaterThanOrEqual(shape.offsetAt(range.start))
          }
          service.complete(uri, position)
          service.hover(uri, position)
          service.signatureHelp(uri, position)
          service.references(uri, position)
          service.outline(uri)
          service.foldingRanges(uri)
          service.semanticTokens(uri)
          service.fixes(uri, { start: { line: 0, character: 0 }, end: position })
        },
      ),
      { numRuns: process.env['ARCTURUS_TESTS'] === 'all' ? 150 : 60 },
    )
  })
})
