import { describe, expect, test } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'

const ward = { one: 'Ward', from: 'wardId', to: 'id' }
const authorizer = new Authorizer().registerModels([
  {
    name: 'Patient',
    key: 'id',
    closed: true,
    fields: {
      id: 'integer',
      name: 'string',
      level: { type: 'enum', values: ['LOW', 'HIGH'] },
      ward,
      visits: { many: 'Visit' },
    },
  },
  { name: 'Ward', key: 'id', closed: true, fields: { id: 'integer', floor: 'integer' } },
  { name: 'Visit', key: 'id', fields: { id: 'integer', kinds: { type: 'enum', values: ['A', 'B'], list: true } } },
])

describe('a row that is marked', () => {
  test.each([
    ['a misspelt column', { id: 1, nmae: 'x' }, 'unknown-column', 'did you mean "name"?'],
    [
      'a column of a related row',
      { id: 1, wardId: 2, ward: { id: 2, flor: 3 } },
      'unknown-column',
      'did you mean "floor"?',
    ],
    ['a misspelt value of an enum', { id: 1, level: 'HGH' }, 'invalid-argument', 'did you mean "HIGH"?'],
    [
      'a value in a list of a related row',
      { id: 1, visits: [{ id: 1, kinds: ['A', 'C'] }] },
      'invalid-argument',
      'A, B',
    ],
  ])('is refused with %s', (_, row, code, hint) => {
    expect(() => authorizer.as('Patient', row)).toThrow(expect.objectContaining({ code }))
    expect(() => authorizer.as('Patient', row)).toThrow(hint)
  })

  test.each([
    { id: 1, name: 'x', level: null, wardId: 2, ward: { id: 2 } },
    { id: 1, level: 'LOW', _count: { visits: 1 }, computed: 1, nothing: undefined, greet: () => 1 },
    { id: 1, name: 'x', names: 'computed' },
    { id: 1, visits: [{ id: 1, more: true, kinds: ['A'] }] },
  ])('is accepted as %j', (row) => {
    expect(authorizer.as('Patient', row)).toBe(row)
  })

  test('is not read by its getters', () => {
    const row = {
      id: 1,
      get lazy(): never {
        throw new Error('called')
      },
    }
    expect(() => authorizer.as('Patient', row)).not.toThrow()
  })
})
