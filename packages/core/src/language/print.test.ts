import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseFile, parseQuery } from './parse.js'
import { print } from './print.js'
import { Source } from './source.js'
import { arbitraryExpression, arbitraryFile } from './testing/arbitraryAst.js'
import { policies } from './testing/policies.js'
import { withoutSpans } from './testing/withoutSpans.js'

const reprinted = (text: string): string => {
  const result = parseQuery(new Source(text))
  if ('diagnostics' in result) throw new Error(result.diagnostics[0]!.message)
  return print(result.expression)
}

/** Many more in `npm run test:all`. */
const runs = process.env['ARCTURUS_TESTS'] === 'all' ? 1_500 : 400

describe('print', () => {
  test.each([
    ['(a) and ((b or c))', 'a and (b or c)'],
    ['(a and b) and c', '(a and b) and c'],
    ['((1 + 2)) * 3 - (4 - 5) = x', '(1 + 2) * 3 - (4 - 5) = x'],
    ['(1 * 2) + (3 in x) = y', undefined],
    ['not (not (a))', 'not not a'],
    ['not (a = b)', 'not a = b'],
    ['not (a and b)', 'not (a and b)'],
    ['x.("a b").("c")', 'x.("a b").c'],
    ['(1).foo = -1.50 and x = 1e30', '(1).foo = -1.5 and x = 1e+30'],
    ['x matches {a, b: [*_], c: (f.g)}', 'x matches {a, b: [*_], c: f.g}'],
    ['f ( 1,in : 2 , )', 'f(1, in: 2)'],
    ['"\\q\\"\\n"', '"q\\"\\n"'],
  ])('writes %s with no more parentheses than it needs', (text, expected) => {
    if (expected === undefined) expect(() => reprinted(text)).toThrow('condition')
    else expect(reprinted(text)).toBe(expected)
  })

  test.each(policies)('writes a policy so that it is read as the same', (text) => {
    const { file } = parseFile(new Source(text))
    const again = parseFile(new Source(print(file)))
    expect(again.diagnostics).toEqual([])
    expect(withoutSpans(again.file)).toEqual(withoutSpans(file))
    expect(print(again.file)).toBe(print(file))
  })

  test('writes any policy so that it is read as the same', () => {
    fc.assert(
      fc.property(arbitraryFile, (file) => {
        const again = parseFile(new Source(print(file)))
        expect(again.diagnostics).toEqual([])
        expect(withoutSpans(again.file)).toEqual(withoutSpans(file))
      }),
      { numRuns: runs },
    )
  }, 60_000)

  test('writes any expression so that it is read as the same', () => {
    fc.assert(
      fc.property(arbitraryExpression, (expression) => {
        const again = parseQuery(new Source(print(expression)))
        expect(withoutSpans(again)).toEqual({ expression: withoutSpans(expression) })
      }),
      { numRuns: runs },
    )
  }, 60_000)
})
