import { describe, expect, test } from 'vitest'
import type { Diagnostic } from './diagnostic.js'
import { derive, parseFile, parseQuery } from './parse.js'
import { Source } from './source.js'
import { policies, queries } from './testing/policies.js'
import { withoutSpans } from './testing/withoutSpans.js'
import { Tokens } from './tokens.js'

const fileOf = (text: string) => parseFile(new Source(text))
const placed = ({ code, span }: Diagnostic): string => {
  const { line, column } = span!.source.position(span!.start)
  return `${code} ${line}:${column}`
}
const errorsOf = (text: string): readonly string[] => fileOf(text).diagnostics.map(placed)
const queryErrorsOf = (text: string): readonly string[] => {
  const result = parseQuery(new Source(text))
  return 'diagnostics' in result ? result.diagnostics.map(placed) : []
}
const expressionOf = (text: string): unknown => {
  const result = parseQuery(new Source(text))
  if ('diagnostics' in result) throw new Error(result.diagnostics.map(placed).join())
  return withoutSpans(result.expression)
}
const variable = (name: string) => ({ kind: 'variable', name })
const number = (value: number) => ({ kind: 'number', value, float: false })

describe('parseFile', () => {
  test.each(policies)('accepts a policy that uses much of the grammar', (text) => {
    expect(errorsOf(text)).toEqual([])
  })

  test('keeps the statements in their order, with their spans', () => {
    const text = 'f(1);\n\nresource R { roles = ["a"]; }\ntype f(x: Integer); ?= f(1);'
    const { file } = fileOf(text)
    expect(file.statements.map((one) => one.kind)).toEqual(['rule', 'resource block', 'rule type', 'inline query'])
    expect(file.statements.map(({ span }) => text.slice(span.start, span.end))).toEqual([
      'f(1);',
      'resource R { roles = ["a"]; }',
      'type f(x: Integer);',
      '?= f(1);',
    ])
  })

  test.each<[string, readonly string[]]>([
    ['', []],
    ['  # nothing\n', []],
    ['f(1)', ['unexpected-end 1:5']],
    ['f(1; g(2); h(3', ['unexpected-token 1:4', 'unexpected-end 1:15']],
    [
      'f(1) g(2);\nh(@);\nk("x\ny");\nl(3);',
      ['missing-semicolon 1:5', 'invalid-character 2:3', 'invalid-character 3:5'],
    ],
    ['f("a")\ng("b");\nh(;', ['missing-semicolon 1:7', 'unexpected-token 3:3']],
    [
      'f(x) if 5 and x;\ng(y) if {a: 1, a: 2} = y and f(not y);',
      ['wrong-value-type 1:9', 'duplicate-key 2:16', 'wrong-value-type 2:32'],
    ],
    [';', ['unexpected-token 1:1']],
    [
      'f(1);; "a" if "b"; if x; f(',
      ['unexpected-token 1:6', 'unexpected-token 1:8', 'unexpected-token 1:20', 'unexpected-end 1:28'],
    ],
    ['f(x) { x = 1; } g(1);', ['unexpected-token 1:6']],
    [
      'resource R { roles = ["a" "b"]; "x" if; relations = { a B }; "y" if "z" }\nf(',
      [
        'unexpected-token 1:27',
        'unexpected-token 1:39',
        'unexpected-token 1:57',
        'unexpected-token 1:73',
        'unexpected-end 2:3',
      ],
    ],
    ['resource R {\n  roles = ["a"];\nallow(x) if;', ['unexpected-token 3:6', 'unexpected-token 3:12']],
    ['resource R {\n  roles = ["a"];\nresource S { roles = [1]; }', ['unexpected-token 3:10', 'unexpected-token 3:23']],
    ['resource R { roles = [', ['unexpected-end 1:23']],
    ['resource R; f(1);', ['unexpected-token 1:11']],
  ])('reports every syntax error of %j', (text, errors) => {
    expect(errorsOf(text)).toEqual(errors)
  })

  test('keeps valid statements beside invalid ones', () => {
    const { file, diagnostics } = fileOf(
      'f(1);\ng(1\nh(2);\nresource R { roles = ["a"]; oops; permissions = ["b"]; }\nk(3);',
    )
    expect(diagnostics.map(placed)).toEqual(['unexpected-token 3:1', 'unexpected-token 4:33'])
    expect(file.statements.map((one) => 'name' in one && one.name)).toMatchObject(['f', 'h', { name: 'R' }, 'k'])
  })

  test('takes time linear in the length of the text', () => {
    const milliseconds = (rules: number): number => {
      const text = Array.from(
        { length: rules },
        (_, index) => `allow(user: User, "a${index}", x) if x.owner = user;`,
      ).join('\n')
      const start = process.cpuUsage()
      expect(fileOf(text).diagnostics).toEqual([])
      return process.cpuUsage(start).user / 1000
    }
    // The least of several, since a machine can be busy for a while.
    const least = (rules: number): number => Math.min(...[1, 2, 3].map(() => milliseconds(rules)))
    const short = Math.max(least(1000), 5)
    expect(least(8000)).toBeLessThan(short * 8 * 4)
  })

  test.each([
    ['statements without an end', 'f(x) if x\n'.repeat(5000)],
    ['a body of 20,000 arms', `f(x) if ${'x = 1 and '.repeat(20_000)}x = 2;`],
    ['a list of 20,000 elements', `f([${'1, '.repeat(20_000)}2]);`],
    ['a wrong argument of 20,000 arms', `f(x) if g(${'x or '.repeat(20_000)}x);`],
    ['quotes', '"'.repeat(20_001)],
    ['backslashes in a string', `f("${'\\'.repeat(50_001)}`],
    ['a block of 20,000 mistakes', `resource R {${'a;'.repeat(20_000)}}`],
  ])('is done with %s at once', (_, text) => {
    const start = process.cpuUsage()
    fileOf(text)
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(3000)
  })
})

describe('the grammar', () => {
  test.each(policies)('gives each statement one derivation', (text) => {
    const tokens = new Tokens(new Source(text))
    while (tokens.peek()) {
      const first = tokens.peek()!
      const start =
        first.text === 'type'
          ? 'ruleType'
          : first.text === '?='
            ? 'inlineQuery'
            : tokens.peek(1)?.text === '('
              ? 'rule'
              : 'blockHeader'
      const parsed = derive(start, tokens, start === 'blockHeader' ? '{' : ';')
      expect('derivations' in parsed && parsed.derivations).toHaveLength(1)
      while (start === 'blockHeader' && tokens.peek()?.text !== '}') {
        const production = derive('production', tokens, ';')
        expect('derivations' in production && production.derivations).toHaveLength(1)
      }
      if (start === 'blockHeader') tokens.skip()
    }
  })

  test.each(queries)('gives the query %j one derivation', (text) => {
    const parsed = derive('query', new Tokens(new Source(text)))
    expect('derivations' in parsed && parsed.derivations).toHaveLength(1)
  })
})

describe('parseQuery', () => {
  test.each<[string, unknown]>([
    [
      '1 + 2 * 3',
      {
        kind: 'arithmetic',
        operator: '+',
        left: number(1),
        right: { kind: 'arithmetic', operator: '*', left: number(2), right: number(3) },
      },
    ],
    [
      '8 - 4 - 2',
      {
        kind: 'arithmetic',
        operator: '-',
        left: { kind: 'arithmetic', operator: '-', left: number(8), right: number(4) },
        right: number(2),
      },
    ],
    ['a and b and c', { kind: 'and', operands: ['a', 'b', 'c'].map(variable) }],
    [
      'a and (b and c)',
      { kind: 'and', operands: [variable('a'), { kind: 'and', operands: ['b', 'c'].map(variable) }] },
    ],
    [
      'a or b and c or d',
      { kind: 'or', operands: [variable('a'), { kind: 'and', operands: ['b', 'c'].map(variable) }, variable('d')] },
    ],
    ['not a = b', { kind: 'not', operand: { kind: 'unify', left: variable('a'), right: variable('b') } }],
    ['not not a', { kind: 'not', operand: { kind: 'not', operand: variable('a') } }],
    [
      'x := 1 + 2',
      {
        kind: 'assign',
        left: variable('x'),
        right: { kind: 'arithmetic', operator: '+', left: number(1), right: number(2) },
      },
    ],
    ['a.in', { kind: 'dot', object: variable('a'), member: { kind: 'string', value: 'in' } }],
    ['a.(b)', { kind: 'dot', object: variable('a'), member: variable('b') }],
    ['f(1, x: 2,)', { kind: 'call', name: 'f', args: [number(1)], keywords: [{ key: 'x', value: number(2) }] }],
    ['f(1,)', { kind: 'call', name: 'f', args: [number(1)], keywords: [] }],
    [
      'x matches A',
      { kind: 'matches', value: variable('x'), pattern: { kind: 'class pattern', tag: 'A', fields: undefined } },
    ],
    [
      'x matches {a}',
      {
        kind: 'matches',
        value: variable('x'),
        pattern: { kind: 'dictionary pattern', fields: [{ key: 'a', value: variable('a') }] },
      },
    ],
    [
      'x matches [A]',
      {
        kind: 'matches',
        value: variable('x'),
        pattern: { kind: 'list pattern', elements: [variable('A')], rest: undefined },
      },
    ],
    ['in(x, y)', { kind: 'in', item: variable('x'), collection: variable('y') }],
    ['-0', number(0)],
    ['-0.0', { kind: 'number', value: -0, float: true }],
    ['9007199254740993', { kind: 'number', value: 9007199254740993n, float: false }],
    ['"a\\"\\n\\q"', { kind: 'string', value: 'a"\nq' }],
  ])('reads %s', (text, expected) => {
    expect(expressionOf(text)).toEqual(expected)
  })

  test.each<[string, string]>([
    ['', 'unexpected-end 1:1'],
    ['x = ', 'unexpected-end 1:4'],
    ['x = 1;', 'unexpected-token 1:6'],
    ['1 = 1 1 = 1', 'unexpected-token 1:7'],
    ['x = not true', 'unexpected-token 1:5'],
    ['x := 1 := 2', 'unexpected-token 1:8'],
    ['x.y := 1', 'unexpected-token 1:5'],
    ['[1 = 1]', 'unexpected-token 1:4'],
    ['[*r,]', 'unexpected-token 1:4'],
    ['in(x)', 'unexpected-token 1:5'],
    ['x matches new A()', 'reserved-word 1:11'],
    ['1 = 1 cut', 'reserved-word 1:7'],
    ['1 < 2 < 3', 'wrong-value-type 1:1'],
    ['x = (1 in [1])', 'wrong-value-type 1:6'],
    ['1 + 2 in [3]', 'wrong-value-type 1:5'],
    ['x := 1 == 2', 'wrong-value-type 1:6'],
    ['not 1 + 1', 'wrong-value-type 1:5'],
    ['not (1 + 1) * 2', 'wrong-value-type 1:5'],
    ['f(g(1) = 2)', 'wrong-value-type 1:3'],
    ['x = {a: 1, a: 2}', 'duplicate-key 1:12'],
    ['f(a: 1, a: 2)', 'duplicate-key 1:9'],
    ['9223372036854775808', 'integer-overflow 1:1'],
    ['1e', 'invalid-float 1:1'],
    ['1e3-4', 'invalid-float 1:1'],
    ['ns:::x', 'invalid-character 1:4'],
    ['x ? y', 'invalid-character 1:4'],
    ['"🐻🐻" @', 'invalid-character 1:6'],
    ['x = "abc', 'invalid-character 1:5'],
    ['x = "a\nb"', 'invalid-character 1:7'],
  ])('rejects %j with %s', (text, error) => {
    expect(queryErrorsOf(text)[0]).toBe(error)
  })

  test.each([
    ['(', ')', 'x'],
    ['[', ']', ''],
    ['not ', '', 'x'],
    ['f(', ')', 'x'],
    ['{a: ', '}', '1'],
    ['forall(x, ', ')', 'x'],
    ['', ' + 1', 'x'],
    ['', '.a', 'x'],
    ['', '.a(1)', 'x'],
    ['', ' = 1', 'x'],
    ['new A(', ')', '1'],
    ['not (', ')', 'x'],
  ])('gives a diagnostic, not a crash, for 20,000 times %j … %j', (open, close, middle) => {
    const text = `${open.repeat(20_000)}${middle}${close.repeat(20_000)}`
    expect(queryErrorsOf(text)).toContainEqual(expect.stringContaining('too-deeply-nested'))
    expect(errorsOf(`f(x) if ${text};`)).toContainEqual(expect.stringContaining('too-deeply-nested'))
    expect(errorsOf(`f(x: ${text});`)).not.toEqual([])
  })
})
