import { createRequire } from 'node:module'
import { defaultEqualityFn } from '@arcturus/oso'
import fc from 'fast-check'
import { expect, it } from 'vitest'

// oso's own dependency, found from where oso is
const require = createRequire(createRequire(import.meta.url).resolve('oso'))
const isEqual: (a: unknown, b: unknown) => boolean = require('lodash.isequal')

class Point {
  constructor(readonly x: unknown) {}
}
class Pixel {
  constructor(readonly x: unknown) {}
}

const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, undefined, true, false, 0, -0, 1, Number.NaN, '', 'a', 1n),
    fc.constantFrom(
      new Date(0),
      new Date(Number.NaN),
      /a/,
      /a/g,
      Symbol.iterator,
      Math.max,
      new Error('a'),
      new TypeError('a'),
    ),
    fc.constantFrom(
      Object(1),
      Object('a'),
      Object(true),
      new Uint8Array([1]),
      new Int8Array([1]),
      // of other bytes than the views beside it: views of the same bytes are equal here, on purpose
      new Uint8Array([7]).buffer,
      new DataView(new ArrayBuffer(1)),
      Promise.resolve(1),
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 2 }).map((entries) => new Map(entries)),
    fc.dictionary(fc.constantFrom('a', 'b'), tie('value'), { noNullPrototype: false, maxKeys: 2 }),
    tie('value').map((x) => new Point(x)),
    tie('value').map((x) => new Pixel(x)),
  ),
})).value

it('is the equality of lodash.isEqual for visible content', () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      expect(defaultEqualityFn(a, b)).toBe(isEqual(a, b))
      expect(defaultEqualityFn([a, { a }], [a, { a }])).toBe(isEqual([a, { a }], [a, { a }]))
    }),
    { numRuns: 3000 },
  )
})

it.each([
  ['itself', (cycle: object) => [cycle, cycle]],
  ['another cycle', (cycle: object) => [cycle, Object.assign({}, cycle)]],
])('ends for cyclic objects compared with %s', (_, pair) => {
  const cycle: Record<string, unknown> = { a: 1 }
  cycle['self'] = cycle
  const [a, b] = pair(cycle)
  expect(defaultEqualityFn(a, b)).toBe(isEqual(a, b))
})
