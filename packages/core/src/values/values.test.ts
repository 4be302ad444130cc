import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareText } from '../language/compareText.js'
import type { Model } from '../schema/model.js'
import { createSchema } from './builtIns.js'
import { Dict, setEntry } from './dict.js'
import { unifiable } from './equality.js'
import { allKinds } from './kinds.js'
import { compareNumeric, type Numeric } from './numeric.js'
import { compareEqual, compareOrder } from './order.js'
import { identityOf, sameRow } from './rows.js'

/** As decimal.js and Prisma have it. */
class Decimal {
  readonly [Symbol.toStringTag] = 'Decimal'
  constructor(readonly text: string) {}
  toString(): string {
    return this.text
  }
}

describe('text', () => {
  it('is ordered by code point', () => {
    const points = (text: string) => [...text].map((one) => one.codePointAt(0)!)
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (left, right) => {
        const [a, b] = [points(left), points(right)]
        const at = a.findIndex((point, index) => point !== b[index])
        const expected = at === -1 ? a.length - b.length : b[at] === undefined ? 1 : a[at]! - b[at]!
        expect(Math.sign(compareText(left, right))).toBe(Math.sign(expected))
      }),
    )
    expect(['🦊', 'ﬁ', 'z'].sort(compareText)).toEqual(['z', 'ﬁ', '🦊'])
  })
})

describe('numbers', () => {
  const numeric = fc.oneof(
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
    fc.tuple(fc.integer(), fc.nat()).map(([whole, part]) => new Decimal(`${whole}.${part}`)),
  )

  it('are ordered by value, whatever holds them', () => {
    fc.assert(
      fc.property(numeric, numeric, (a: Numeric, b: Numeric) => {
        expect(compareNumeric(a, b) + compareNumeric(b, a)).toBe(0)
        expect(compareNumeric(a, a)).toBe(0)
      }),
    )
    expect(compareNumeric(0.1, new Decimal('0.1'))).toBe(0)
    expect(compareNumeric(new Decimal('1e3'), 1000n)).toBe(0)
    expect(compareNumeric(new Decimal('-0.05'), new Decimal('-0.5'))).toBeGreaterThan(0)
    expect(compareNumeric(new Decimal('9007199254740993'), 9007199254740992)).toBeGreaterThan(0)
    expect(compareNumeric(2n ** 53n + 1n, 2 ** 53)).toBeGreaterThan(0)
    expect(compareNumeric(Number.POSITIVE_INFINITY, new Decimal('1'))).toBeGreaterThan(0)
    expect(compareNumeric(Number.NaN, 1)).toBeNaN()
  })
})

describe('equality', () => {
  const date = (time: number) => new Date(time)
  it.each([
    [1, 1, true],
    [1, '1', false],
    [1, true, false],
    [1, 1n, true],
    [new Decimal('1.50'), 1.5, true],
    [null, null, true],
    [null, undefined, false],
    [null, 0, false],
    [date(5), date(5), true],
    [date(5), 5, false],
    [date(Number.NaN), date(Number.NaN), false],
    [[1, [2]], [1, [2]], true],
    [[1], [1, 2], false],
    [[1], { 0: 1, length: 1 }, false],
    [new Dict({ a: 1 }), new Dict({ a: 1 }), true],
    [new Dict({ a: 1 }), { a: 1 }, false],
    [{ a: 1 }, { a: 1 }, false],
  ])('%o and %o: %s', (left, right, equal) => {
    expect(unifiable(left, right)).toBe(equal)
    expect(unifiable(right, left)).toBe(equal)
  })

  it('of objects is up to the application', async () => {
    const byId = (a: unknown, b: unknown) => (a as { id: number }).id === (b as { id: number }).id
    expect(unifiable([{ id: 1 }], [{ id: 1 }], byId)).toBe(true)
    expect(await unifiable([1, { id: 1 }, 3], [1, { id: 1 }, 3], (a, b) => Promise.resolve(byId(a, b)))).toBe(true)
    expect(await unifiable([{ id: 1 }, 2], [{ id: 1 }, 3], (a, b) => Promise.resolve(byId(a, b)))).toBe(false)
  })
})

describe('comparison', () => {
  it.each([
    ['<', null, 1, false],
    ['>=', null, null, false],
    ['<', true, 2, true],
    ['<', 'a', 'b', true],
    ['<', 'a', 1, undefined],
    ['<', [1], [2], undefined],
    ['<', new Date(1), new Date(2), true],
    ['<', { valueOf: (): number => 1 }, 2, true],
    ['<', {}, {}, undefined],
    ['<', Object.create(null), 1, undefined],
    ['<=', Number.NaN, Number.NaN, false],
    ['>', 3n, new Decimal('2.5'), true],
  ] as const)('%s of %o and %o is %s', (operator, left, right, expected) => {
    expect(compareOrder(operator, left, right)).toBe(expected)
  })

  it.each([
    [true, 1, true],
    [null, 1, false],
    [null, null, true],
    ['1', 1, undefined],
    ['1', new Decimal('1'), undefined],
    [1, new Decimal('1.0'), true],
    [[1], [1], undefined],
    [[1], 1, undefined],
    [[1], {}, false],
    [new Date(1), new Date(1), true],
    [{}, {}, false],
  ])('== of %o and %o is %s', (left, right, expected) => {
    expect(compareEqual(left, right)).toBe(expected)
    expect(compareEqual(right, left)).toBe(expected)
  })
})

describe('rows', () => {
  class Animal {
    constructor(
      readonly id: number | null,
      readonly farm: number = 1,
    ) {}
  }
  class Cat extends Animal {}
  class Plant extends Animal {}
  const schema = createSchema()
  const model = (name: string, cls: Model['class'], key: readonly string[] | undefined) =>
    schema.registerModel({ name, class: cls, key, fields: new Map(), closed: false, isaCheck: undefined })
  model('Animal', Animal, ['id', 'farm'])
  model('Cat', Cat, undefined)
  class Stone {
    constructor(readonly id: number) {}
  }
  model('Stone', Stone, undefined)

  it('are the same with one root and equal keys', () => {
    expect(sameRow(schema, new Animal(1), new Animal(1), allKinds)).toBe(true)
    expect(sameRow(schema, new Animal(1), new Cat(1), allKinds)).toBe(true)
    expect(sameRow(schema, new Animal(1), new Animal(1, 2), allKinds)).toBe(false)
    expect(identityOf(schema, new Animal(1))).toBe(identityOf(schema, new Cat(1)))
    expect(identityOf(schema, new Animal(1))).not.toBe(identityOf(schema, new Animal(1, 2)))
  })

  it('are not identified without a model, a key or its values', () => {
    expect(sameRow(schema, new Animal(null), new Animal(null), allKinds)).toBeUndefined()
    expect(sameRow(schema, new Plant(1), new Plant(1), allKinds)).toBeUndefined()
    expect(sameRow(schema, new Plant(1), new Animal(1), allKinds)).toMatchObject({ model: 'Animal' })
    expect(sameRow(schema, new Plant(1), new Date(0), allKinds)).toBeUndefined()
    expect(sameRow(schema, new Stone(1), new Stone(1), allKinds)).toBeUndefined()
    const stone = new Stone(1)
    expect(identityOf(schema, stone)).toBe(stone)
  })
})

describe('a dictionary', () => {
  it('takes any key', () => {
    const dict = new Dict(JSON.parse('{"__proto__": 1, "constructor": 2}'))
    expect(Object.keys(dict)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(dict)).toBe(Dict.prototype)
    setEntry(dict, 'b', 1)
    expect(Object.keys(dict).sort(compareText)).toEqual(['__proto__', 'b', 'constructor'])
  })
})
