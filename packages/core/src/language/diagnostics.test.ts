import { describe, expect, test } from 'vitest'
import { didYouMean } from './didYouMean.js'
import { formatDiagnostic } from './formatDiagnostic.js'
import { parseFile } from './parse.js'
import { Source } from './source.js'

const frame = (text: string, start: number, end: number) => {
  const source = new Source(text)
  return source.frame({ source, start, end })
}

describe('Source.frame', () => {
  test.each<[string, [string, number, number], string]>([
    ['a word', ['allow(a);\nfoo(bar);', 14, 17], '2 | foo(bar);\n  |     ^^^'],
    ['the first line', ['foo(bar);\n', 0, 3], '1 | foo(bar);\n  | ^^^'],
    ['several lines by the first', ['f(x) if\r\n  x;\r\n', 5, 14], '1 | f(x) if\n  |      ^^'],
    ['the end of the text', ['f(', 2, 2], '1 | f(\n  |   ^'],
    ['a line break', ['f("\n', 3, 4], '1 | f("\n  |    ^'],
    ['an empty text', ['', 0, 0], '1 | \n  | ^'],
    ['tabs and wide characters', ['\t🐻 = 🐻🐻;', 6, 10], '1 | \t🐻 = 🐻🐻;\n  | \t    ^^'],
  ])('shows %s', (_, [text, start, end], expected) => {
    expect(frame(text, start, end)).toBe(expected)
  })

  test('shows only the surroundings of a place in an endless line', () => {
    const lines = frame(`${'a'.repeat(10_000)}b${'c'.repeat(10_000)}`, 10_000, 10_001).split('\n')
    expect(lines[0]!.length).toBeLessThan(200)
    expect(lines[0]![lines[1]!.indexOf('^')]).toBe('b')
  })
})

describe('Source', () => {
  test.each([
    ['ab\ncd', 0, 1, 1],
    ['ab\ncd', 2, 1, 3],
    ['ab\ncd', 3, 2, 1],
    ['ab\ncd', 5, 2, 3],
    ['🐻b', 2, 1, 2],
    ['', 0, 1, 1],
  ])('counts lines and characters: %j at %d', (text, offset, line, column) => {
    expect(new Source(text).position(offset)).toEqual({ line, column })
  })

  test('gives a line without its break', () => {
    const source = new Source('ab\r\ncd\n')
    expect([0, 1, 2, 3, 4].map((line) => source.line(line))).toEqual(['', 'ab', 'cd', '', ''])
  })
})

describe('didYouMean', () => {
  test.each([
    ['maintaner', ['reader', 'maintainer', 'admin'], 'maintainer'],
    ['Raed', ['read', 'write'], 'read'],
    ['user', ['User', 'use'], 'User'],
    ['pubilc', ['public', 'published'], 'public'],
    ['read', ['read'], undefined],
    ['x', ['y', 'z'], undefined],
    ['zebra', ['reader', 'owner'], undefined],
    ['', ['a'], undefined],
    ['a'.repeat(101), ['a'.repeat(102)], undefined],
  ])('finds the intended name of %s', (word, candidates, expected) => {
    expect(didYouMean(word, candidates)).toBe(expected)
  })
})

describe('formatDiagnostic', () => {
  test('contains the problem, its place and a hint', () => {
    const { diagnostics } = parseFile(new Source('f(x) if x = "abc', 'main.polar'))
    expect(diagnostics.map(formatDiagnostic)).toEqual([
      'error: This string is never closed. [invalid-character]\n  at main.polar:1:13\n1 | f(x) if x = "abc\n  |             ^\nhint: close it with "',
    ])
  })

  test.each([
    ['f(x) if x isa User;', 'write "matches"'],
    ['f(x) if ! x;', 'write "not"'],
    ['f(x) if g(x) && h(x);', 'write "and"'],
    ['f(x) if g(x) || h(x);', 'write "or"'],
    ["f('a');", 'write a string in double quotes: "…"'],
    ['f(1); // the first', 'start a comment with #'],
    ['./policies/main.polar', "read the file with loadPolicyFiles of '@arcturus/core/node'"],
    ['policy.polar', "read the file with loadPolicyFiles of '@arcturus/core/node'"],
    ['f(x) if', 'add the missing semicolon or closing bracket'],
  ])('helps with %j', (text, hint) => {
    expect(parseFile(new Source(text)).diagnostics[0]!.hint).toBe(hint)
  })

  test('has no hint for inherited property names', () => {
    expect(parseFile(new Source('f(1) constructor;')).diagnostics[0]).not.toHaveProperty('hint')
  })

  test('does without a place', () => {
    const warning = {
      code: 'missing-allow-rule',
      severity: 'warning',
      message: 'There is no allow.',
      span: undefined,
    } as const
    expect(formatDiagnostic(warning)).toBe('warning: There is no allow. [missing-allow-rule]')
  })

  test('formats 20,000 mistakes in one line', () => {
    const { diagnostics } = parseFile(new Source(`resource R {${'a;'.repeat(20_000)}}`))
    expect(diagnostics.map(formatDiagnostic)).toHaveLength(20_000)
  })
})

describe('a missing semicolon', () => {
  test.each([
    ['before a rule', 'f(1)\ng(2);', '1:5'],
    ['before a rule in the same line', 'f(1) g(2);', '1:5'],
    ['before a comment', 'f(1) # one\n\n  g(2);', '1:5'],
    ['after a body', 'f(x) if x = 1 and\n  g(x)\nh(2);', '2:7'],
    ['before a test', 'f(1) ?= f(1);', '1:5'],
    ['before a rule type', 'f(1)\ntype g(x);', '1:5'],
    ['before a block', 'f(1)\nresource R {}', '1:5'],
    ['in a block', 'resource R {\n  roles = ["a"]\n  permissions = ["b"];\n}', '2:16'],
    ['after shorthand', 'resource R {\n  "a" if "b"\n  "c" if "d" on "e";\n}', '2:13'],
    ['where "and" is missing', 'f(x) if\n  g(x)\n  h(x);', '2:7'],
  ])('is told where it is missing: %s', (_, text, place) => {
    const [first] = parseFile(new Source(text)).diagnostics
    const { line, column } = first!.span!.source.position(first!.span!.start)
    expect([first!.code, `${line}:${column}`]).toEqual(['missing-semicolon', place])
  })

  test.each([
    'f(1\ng(2);',
    'f(x) if\ng(2',
    'f(x) if g(x) && h(x);',
    'f(1) constructor;',
    'f(x) if x\n  isa User;',
    'f()\n, g();',
  ])('is not told where something else is wrong: %j', (text) => {
    expect(parseFile(new Source(text)).diagnostics.map(({ code }) => code)).not.toContain('missing-semicolon')
  })
})
