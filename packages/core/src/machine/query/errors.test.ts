import { describe, expect, it } from 'vitest'
import { QueryError, RelationNotLoadedError } from '../../errors.js'
import { ask } from '../testing/ask.js'

class Gizmo {
  size = 3
  nothing = null
  missing = undefined
  get trouble(): never {
    throw new TypeError('getter trouble')
  }
  boom(): never {
    throw new RangeError('boom')
  }
  boomType(): never {
    throw new TypeError('boom type')
  }
}

const world = { classes: { Gizmo }, constants: { w: new Gizmo(), makers: { make: Function } } }

function errorOf(query: string, policy = ''): unknown {
  try {
    ask(query, { ...world, policy })
  } catch (error) {
    return error
  }
  return undefined
}

describe('an error while a query runs', () => {
  it.each([
    ['1 + 1', 'type-error', 1],
    ['x = 5 and x := 5', 'type-error', 11],
    ['1 in 5', 'type-error', 1],
    ['true.size = 1 and x = 1', 'type-error', 1],
    ['"1" == 1', 'unsupported-operation', 1],
    ['[1] == [1]', 'unsupported-operation', 1],
    ['[1] < [2]', 'unsupported-operation', 1],
    ['x = "a" + "b"', 'unsupported-operation', 5],
    ['x.f()', 'unsupported-operation', 1],
    ['x = 5 rem 0', 'arithmetic-error', 5],
    ['9223372036854775807 * 2 = x', 'arithmetic-error', 1],
    ['nothere(1)', 'undefined-rule', 1],
    ['1 matches Nonesuch', 'unregistered-class', 1],
    ['x = new Nonesuch()', 'unregistered-class', 5],
    ['x = w.wheels', 'missing-attribute', 5],
    ['x = w.missing', 'missing-attribute', 5],
    ['not w.wheels = 4', 'missing-attribute', 5],
    ['forall(x in [w], x.wheels = 1)', 'missing-attribute', 18],
    ['w.nothing.deep = 1', 'missing-attribute', 1],
    ['w matches {wheels: 4}', 'missing-attribute', 1],
    ['w.nothing()', 'not-a-function', 1],
    ['w.trouble = 1', 'application-error', 1],
    ['w.boomType() = 1', 'application-error', 1],
    ['x in w', 'not-iterable', 1],
    ['x = new Gizmo(a: 1)', 'keyword-arguments', 5],
    ['x > 1', 'unbound-variable', undefined],
    ['x = w.constructor', 'unreachable-name', 5],
    ['x = w.boom.constructor', 'unreachable-name', 5],
    ['w matches {constructor: x}', 'unreachable-name', 1],
    ['w matches Gizmo{size: 3, __proto__: _}', 'unreachable-name', 1],
    ['x = makers.make("return 1")', 'unreachable-name', 5],
    ['k = "__proto__" and x = w.(k)', 'unreachable-name', 25],
  ])('%s is %s', (query, code, column) => {
    const error = errorOf(query)
    expect(error).toBeInstanceOf(QueryError)
    const { span, code: found } = error as QueryError
    expect(found).toBe(code)
    expect(span?.source.position(span.start).column).toBe(column)
  })

  it('names the value that is not a list', () => {
    expect(errorOf('x in nil')).toMatchObject({
      summary: 'nil has no elements: `in` needs a list.',
      hint: 'test it against nil first',
    })
    expect(errorOf('x in w')).toMatchObject({ summary: expect.stringContaining('Gizmo'), hint: undefined })
  })

  it('names the variable that has no value as the policy does', () => {
    expect(errorOf('f(1)', 'f(_n) if g(part) and part.get() = 1; g(_);')).toMatchObject({
      summary: 'Cannot call "get" on part: the variable has no value.',
    })
  })

  it('of the application is its own', () => {
    expect(errorOf('w.boom() = 1')).toBeInstanceOf(RangeError)
    expect(errorOf('not w.boom()')).toBeInstanceOf(RangeError)
  })

  it('on a variable that no query names is one as well', () => {
    expect(errorOf('g()', 'g() if x = x and x > 0;')).toMatchObject({ code: 'unhandled-constraint' })
  })

  it('names the place of the value', () => {
    const valueColumn = (query: string, policy?: string) => {
      const span = (errorOf(query, policy) as QueryError).data?.['valueSpan'] as QueryError['span']
      return span?.source.position(span.start).column
    }
    expect(valueColumn('x = 1 and x')).toBe(5)
    expect(valueColumn('d = {n: 1} and d.n')).toBe(9)
    expect(valueColumn('ok(1)', 'ok(x) if x;')).toBe(4)
    expect(valueColumn('f(x) and x', 'f(1);')).toBe(3)
    expect(valueColumn('w.size')).toBeUndefined()
  })

  it('carries the Polar stack', () => {
    const error = errorOf('outer(w)', 'outer(x) if inner(x);\ninner(x) if x.wheels = 4;') as QueryError
    expect(error.trace).toBe(
      [
        'trace (most recent evaluation last):',
        '  002: outer(w)',
        '    in query at line 1, column 1',
        '  001: inner(x)',
        '    in rule outer at line 1, column 13',
        '  000: x.wheels',
        '    in rule inner at line 2, column 13',
      ].join('\n'),
    )
    expect(error.message).toContain('test.polar:2:13')
  })

  it('distinguishes an unloaded relation from a missing field', () => {
    const boss = {
      kind: 'relation',
      name: 'boss',
      model: 'Gizmo',
      many: false,
      kept: true,
      nullable: true,
      from: [],
      to: [],
    } as const
    const classes = { Gizmo: { class: Gizmo, fields: new Map([['boss', boss]]) } }
    expect(() => ask('x = w.boss', { ...world, classes })).toThrow(RelationNotLoadedError)
    expect(() => ask('not w.boss = nil', { ...world, classes })).toThrow(RelationNotLoadedError)
  })
})
