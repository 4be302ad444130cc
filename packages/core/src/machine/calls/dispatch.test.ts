import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Schema } from '../../schema/schema.js'
import { tag } from '../../schema/tags.js'
import type { SchemaHostOptions } from '../host/schemaHost.js'
import { SchemaHost, Variable } from '../index.js'
import { ask, programOf } from '../testing/ask.js'

class Being {}
class Person extends Being {
  age = 29
  boss: Person | null = null
}
class Staff extends Person {}
class Lead extends Staff {}
class Unlisted extends Staff {}

const classes = { Being, Person, Staff, Lead }
const ann = new Lead()
const bob = new Staff()
const constants = { ann, bob, odd: new Unlisted(), plain: { age: 29 } }

describe('the order of rules', () => {
  const cases: [rules: string, query: string, order: string[]][] = [
    ['f(_: Being, "being"); f(_: Lead, "lead"); f(_: Person, "person");', 'f(ann, x)', ['lead', 'person', 'being']],
    ['f(_: Staff, "1"); f(_: Staff, "2");', 'f(bob, x)', ['1', '2']],
    ['f(_: Person{age: 29}, "29"); f(_: Staff, "staff"); f(_: Person, "any");', 'f(ann, x)', ['staff', '29', 'any']],
    ['f(_, "any"); f(_: {age: 29}, "fields"); f(_: Person, "class");', 'f(ann, x)', ['class', 'fields', 'any']],
    ['f(x, "value") if x = 5; f(_: Integer, "class");', 'f(5, x)', ['class', 'value']],
    ['f(_: Integer, "integer"); f(_: Float, "float");', 'f(5, x)', ['integer', 'float']],
    ['f(_: Person, "person"); f(_: Staff, "staff");', 'f(odd, x)', ['staff', 'person']],
    ['f(_: Dictionary, "dictionary"); f(_: {age: 29}, "fields");', 'f(plain, x)', ['fields']],
    ['f(_: Person, "1") if cut; f(_: Staff, "2"); f(_: Being, "3");', 'f(ann, x)', ['2', '1']],
  ]
  it.each(cases)('%s  %s', (policy, query, order) => {
    expect(ask(query, { policy, classes, constants }).map((one) => one['x'])).toEqual(order)
  })

  it('lets the leftmost parameter decide', () => {
    const policy = 'f(_: Person, _: Lead, 1); f(_: Staff, _: Being, 2); f(_: Staff, _: Lead, 3);'
    expect(ask('f(ann, ann, x)', { policy, classes, constants }).map((one) => one['x'])).toEqual([3, 2, 1])
  })
})

describe('a call', () => {
  it('finds the rules for each kind of argument, however the site was called before', () => {
    const policy = `
      is(_: String, "String"); is(_: Integer, "Integer"); is(_: Boolean, "Boolean"); is(_: List, "List");
      is(_: Dictionary, "Dictionary"); is(_: Person, "Person"); is(nil, "nil"); is("x", "x"); is(1, "one");
      is(_: Float, "Float"); is(0.0, "zero"); is(1152921504606846976, "huge");`
    const program = programOf({ policy, classes, constants })
    const kinds: [unknown, string[]][] = [
      ['a', ['String']],
      ['x', ['String', 'x']],
      [1, ['Integer', 'Float', 'one']],
      [2, ['Integer', 'Float']],
      [1.5, ['Integer', 'Float']],
      [-0, ['Integer', 'Float', 'zero']],
      [0n, ['Integer', 'Float', 'zero']],
      [1n, ['Integer', 'Float', 'one']],
      [2n, ['Integer', 'Float']],
      [2 ** 60, ['Integer', 'Float', 'huge']],
      [2n ** 60n, ['Integer', 'Float', 'huge']],
      [2n ** 60n + 1n, ['Integer', 'Float']],
      [Number.NaN, ['Integer', 'Float']],
      [true, ['Boolean']],
      [null, ['nil']],
      [[1], ['List']],
      [ann, ['Person']],
      [Person, ['Person']],
      [new Being(), []],
    ]
    const values = fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(values, (calls) => {
        for (const [value, expected] of calls) {
          const query = program.solve({ rule: 'is', args: [value, new Variable('k')] })
          const found: unknown[] = []
          for (let next = query.nextSync(); next; next = query.nextSync()) found.push(next.get('k'))
          expect(found).toEqual(expected)
          for (const [, names] of kinds)
            for (const name of names) {
              expect(program.holds('is', [value, name])).toBe(expected.includes(name))
            }
        }
      }),
      { numRuns: 20 },
    )
  })

  it('finds the rules that all arguments leave, whichever of them excludes the most', () => {
    const names = Object.keys(classes)
    const rule = fc.record({
      first: fc.constantFrom('"a"', '"b"', '1', 'nil', '_', ...names.map((name) => `_: ${name}`)),
      second: fc.constantFrom('"a"', '1.0', '_', '_: String', '_: Staff', '_: Person{age: 29}'),
    })
    const value = fc.constantFrom('"a"', '"b"', '"c"', '1', 'nil', 'ann', 'bob', 'odd')
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 12 }), fc.array(fc.tuple(value, value)), (rules, calls) => {
        const text = ({ first, second }: (typeof rules)[number], at: number) => `f(${first}, ${second}, ${at});`
        const found = (one: string, [left, right]: readonly string[]) =>
          ask(`x = ${left} and y = ${right} and f(x, y, n) and f(${left}, ${right}, n)`, {
            policy: one,
            classes,
            constants,
          }).map((answer) => answer['n'])
        for (const call of calls) {
          const alone = rules.flatMap((one, at) => found(text(one, at), call))
          expect(found(rules.map(text).join(' '), call).sort()).toEqual(alone.sort())
        }
      }),
      { numRuns: 15 },
    )
  })

  it('fails for a class that is not registered, even if another argument excludes the rule', () => {
    const policy = 'f(_: Person, _: Lead); f(_: Person, _: Person);'
    class Halves extends SchemaHost {
      override isSubclass(name: string, ancestor: string): boolean | undefined {
        return name === 'Person' || ancestor === 'Person' ? undefined : super.isSubclass(name, ancestor)
      }
    }
    const host = (schema: Schema, options: SchemaHostOptions) => new Halves(schema, options)
    expect(() => ask('f(ann, bob)', { policy, classes, constants, host })).toThrow(
      expect.objectContaining({ code: 'unregistered-class' }),
    )
  })

  it('recognizes a row by its tag', () => {
    const row = { id: 1 }
    const other = { id: 1 }
    tag(row, 'Document')
    const program = programOf({ policy: 'f(_: Document);', classes: { Document: {} } })
    expect(program.holds('f', [row])).toBe(true)
    expect(() => program.holds('f', [other])).toThrow(expect.objectContaining({ code: 'unknown-row' }))
  })

  it('calls the instance check of a class for values without a class', () => {
    class Duck {}
    const policy = 'f(_: Duck);'
    const model = { class: Duck, isaCheck: (value: unknown) => Object(value).quacks === true }
    const world = { policy, classes: { Duck: model, Person }, constants: { duck: { quacks: true }, cat: {}, ann } }
    expect(ask('f(duck)', world)).toHaveLength(1)
    expect(ask('f({quacks: true})', world)).toHaveLength(1)
    expect(ask('f(cat)', world)).toHaveLength(0)
    expect(ask('f(ann)', world)).toHaveLength(0)
  })

  it('gives an output its value and tests its class', () => {
    const policy = 'boss(b: Lead, p: Person) if b = p.boss;'
    const carl = Object.assign(new Person(), { boss: bob })
    const dora = Object.assign(new Person(), { boss: ann })
    const world = { policy, classes, constants: { carl, dora, ann } }
    expect(ask('boss(b, dora)', world)).toEqual([{ b: ann }])
    expect(ask('boss(b, carl)', world)).toEqual([])
    expect(ask('boss(ann, dora)', world)).toEqual([{}])
    expect(ask('b matches Person and boss(b, dora)', world)).toEqual([{ b: ann }])
  })
})

describe('unions', () => {
  const policy = 'actor Staff {} resource Person {} f(_: Actor, "actor"); f(_: Resource, "resource"); f(_, "any");'
  it.each([
    ['ann', ['actor', 'resource', 'any']],
    ['odd', ['actor', 'resource', 'any']],
    ['1', ['any']],
  ])('contain what their members contain: %s', (value, kinds) => {
    expect(ask(`f(${value}, x)`, { policy, classes, constants }).map((one) => one['x'])).toEqual(kinds)
  })
})
