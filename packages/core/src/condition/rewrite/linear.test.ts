import { describe, expect, it } from 'vitest'
import { compilePolicy } from '../../../../compile/src/compilePolicy.js'
import { Authorizer } from '../../authorizer/authorizer.js'
import { Source, type Span } from '../../language/source.js'
import { createSchema } from '../../values/builtIns.js'
import type { Compare, Condition, Definition, Operand, Ref, Subject } from '../condition.js'
import { canFail, Fallible } from '../fallible.js'
import { unknownType } from '../type.js'
import { gather } from './gather.js'
import { withoutRepeated } from './repeated.js'

class User {}
class Doc {}

const nowhere: Span = { source: new Source(''), start: 0, end: 0 }
const schema = createSchema()
const actor: Subject = { kind: 'actor', name: 'actor', model: undefined, type: { ...unknownType, nullable: false } }
const field = (name: string): Operand => ({
  kind: 'path',
  root: actor,
  steps: [{ name, model: undefined, span: nowhere }],
})

/** Returns how often a property of some objects is read while a function runs. */
function readsOf<Value extends object>(make: (counted: (value: Value) => Value) => () => void): number {
  let reads = 0
  const counted = (value: Value): Value =>
    new Proxy(value, {
      get(target, name) {
        reads++
        return Reflect.get(target, name) as unknown
      },
    })
  const run = make(counted)
  reads = 0
  run()
  return reads
}

describe('the work for a condition', () => {
  it.each<[string, (condition: Condition) => unknown, (at: number) => number]>([
    ['gathering', (one) => gather(schema, one), (at) => at + 1],
    ['what is repeated', withoutRepeated, () => 1],
  ])('grows with the number of alternatives, not with its square: %s', (_, rewrite, last) => {
    const rewriting = (size: number) =>
      readsOf<Compare>((counted) => {
        const test = (name: string, value: number) =>
          counted({ kind: 'compare', operator: '=', left: field(name), right: { kind: 'value', value }, span: nowhere })
        const of = Array.from({ length: size }, (_, at): Condition => {
          return { kind: 'and', of: [test('id', at), test('other', last(at))] }
        })
        return () => rewrite({ kind: 'or', of })
      })
    expect(rewriting(2000) / rewriting(500)).toBeLessThan(6)
  })

  it('grows with the number of goals, not with its square', () => {
    const rewriting = (size: number) =>
      readsOf<Compare>((counted) => {
        const of = Array.from({ length: size }, (_, at) =>
          counted({
            kind: 'compare',
            operator: '!=',
            left: field('id'),
            right: { kind: 'value', value: at },
            span: nowhere,
          }),
        )
        return () => withoutRepeated({ kind: 'and', of })
      })
    expect(rewriting(2000) / rewriting(500)).toBeLessThan(6)
  })

  it('grows with the number of rules that call each other, not with their combinations', () => {
    const textOf = (size: number): number => {
      const rule = (at: number) => `
        p${at}(d: Doc) if p${(at + 1) % size}(d.parent);
        p${at}(d: Doc) if p${(at * 7 + 3) % size}(d.parent);
        p${at}(d: Doc) if d.n = ${at};`
      const authorizer = new Authorizer({ log() {} })
        .registerClass(User)
        .registerClass(Doc, { fields: { n: 'integer', parent: { one: 'Doc' } } })
      const rules = Array.from({ length: size }, (_, at) => rule(at)).join('')
      authorizer.loadSync(`allow(_: User, "read", d: Doc) if p0(d);${rules}`)
      return compilePolicy(authorizer).size
    }
    expect(textOf(32) / textOf(16)).toBeLessThan(4)
  })

  it('grows with the number of definitions, not with its square', () => {
    const examining = (size: number) =>
      readsOf<Definition>((counted) => {
        const refs: Ref[] = []
        const definitions = Array.from({ length: size }, (_, at) =>
          counted({
            name: `r${at}`,
            parameters: [],
            arguments: [],
            recursive: true,
            get condition(): Condition {
              return { kind: 'or', of: [refs[(at + 1) % size]!, refs[(at + 7) % size]!] }
            },
          }),
        )
        for (const definition of definitions) refs.push({ kind: 'ref', definition, args: [], span: nowhere })
        const known = new Fallible()
        return () => {
          for (const ref of refs) expect(canFail(schema, ref, known)).toBe(false)
        }
      })
    expect(examining(400) / examining(100)).toBeLessThan(6)
  })
})

describe('a definition', () => {
  it('can fail if one that it leads to can fail, in a circle too', () => {
    const failing: Condition = { kind: 'test', of: field('flag'), span: nowhere }
    const refs = new Map<string, Ref>()
    const define = (name: string, ...parts: (string | Condition)[]) => {
      const definition: Definition = {
        name,
        parameters: [],
        arguments: [],
        recursive: true,
        get condition(): Condition {
          return { kind: 'or', of: parts.map((part) => (typeof part === 'string' ? refs.get(part)! : part)) }
        },
      }
      refs.set(name, { kind: 'ref', definition, args: [], span: nowhere })
    }
    define('a', 'b', 'c')
    define('b', 'a')
    define('c', 'd', 'e')
    define('d', failing)
    define('e', 'f')
    define('f', 'e')
    for (const first of refs.keys()) {
      const known = new Fallible()
      canFail(schema, refs.get(first)!, known)
      const fallible = [...refs].filter(([, ref]) => canFail(schema, ref, known)).map(([name]) => name)
      expect(fallible).toEqual(['a', 'b', 'c', 'd'])
    }
  })
})
