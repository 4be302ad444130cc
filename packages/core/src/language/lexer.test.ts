import { describe, expect, test } from 'vitest'
import { tokensOf } from './testing/tokensOf.js'
import { contentsOf } from './token.js'

const written = (text: string) => tokensOf(text).map((token) => `${token.type} ${contentsOf(token)}`)

describe('Lexer', () => {
  test.each<[string, readonly string[]]>([
    ['a b', ['symbol a', 'symbol b']],
    ['a # b\rc # d\n\te', ['symbol a', 'symbol c', 'symbol e']],
    ['empty? app::Model _ été 🐻1', ['symbol empty?', 'symbol app::Model', 'symbol _', 'symbol été', 'symbol 🐻1']],
    ['a\u00a0b', ['symbol a\u00a0b']],
    [
      'a:b a::b :: a',
      ['symbol a', 'punctuation :', 'symbol b', 'symbol a::b', 'punctuation :', 'punctuation :', 'symbol a'],
    ],
    [
      'if iffy if? true trues inf',
      ['keyword if', 'symbol iffy', 'symbol if?', 'boolean true', 'symbol trues', 'number inf'],
    ],
    [
      '1 007 1. 1.5 1.e5 2E+3 1e-3 1.2.3',
      ['1', '007', '1.', '1.5', '1.e5', '2E+3', '1e-3', '1.2']
        .map((one) => `number ${one}`)
        .concat('punctuation .', 'number 3'),
    ],
    ['3apples', ['number 3', 'symbol apples']],
    ['x:=1?=', ['symbol x', 'punctuation :=', 'number 1', 'punctuation ?=']],
    ['<=>=!==!', ['punctuation <=', 'punctuation >=', 'punctuation !=', 'punctuation =', 'punctuation !']],
    ['"" "a\\"b\\\\" "\\n\\q\\\n"', ['string ', 'string a"b\\', 'string \nq\n']],
    ['"# no comment" |', ['string # no comment', 'punctuation |']],
  ])('splits %j', (text, expected) => {
    expect(written(text)).toEqual(expected)
  })

  test.each<[string, string, number, Record<string, unknown>]>([
    ['a @', 'invalid-character', 2, { character: '@', found: '' }],
    ['a::', 'invalid-character', 2, { character: ':', found: 'a::' }],
    ['a:::b', 'invalid-character', 2, { character: ':', found: 'a::' }],
    ['if::', 'invalid-character', 3, { character: ':', found: 'if::' }],
    ['? x', 'invalid-character', 1, { character: ' ', found: '?=' }],
    ['?🐻', 'invalid-character', 1, { character: '🐻', found: '?=' }],
    ['x ?', 'invalid-character', 3, { character: '\0', found: '?=' }],
    ['a\uFEFFb', 'invalid-character', 1, { character: '\uFEFF', found: '' }],
    ['"abc', 'invalid-character', 0, { character: '\0', found: 'abc' }],
    ['"', 'invalid-character', 0, { character: '\0', found: '' }],
    ['"a\\"', 'invalid-character', 0, { character: '\0', found: 'a"' }],
    ['"abc\\', 'invalid-character', 4, { character: '\0', found: 'abc' }],
    ['"a\\tb\nc"', 'invalid-character', 5, { character: '\n', found: 'a\tb' }],
    ['9223372036854775808', 'integer-overflow', 0, { text: '9223372036854775808' }],
    ['1ee3', 'invalid-float', 0, { text: '1e' }],
    ['1e3-4', 'invalid-float', 0, { text: '1e3-4' }],
  ])('reports the mistake in %j', (text, code, start, data) => {
    const diagnostic = tokensOf(text).find(({ type }) => type === 'error')?.diagnostic
    expect(diagnostic).toMatchObject({ code, data, severity: 'error', span: { start } })
  })

  test('takes the largest integer, and leading zeros', () => {
    expect(written(`9223372036854775807 ${'0'.repeat(30)}1`).map((one) => one.slice(0, 7))).toEqual([
      'number ',
      'number ',
    ])
  })
})
