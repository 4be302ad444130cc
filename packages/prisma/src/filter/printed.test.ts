import { expect, test } from 'vitest'
import { all, any } from './printed.js'

const key = { id: 1, AND: [{ region: { in: ['eu'] } }] }
const open = { open: { equals: true } }

test('all and any merge what they wrote', () => {
  expect(all([all([open, { a: { equals: 1 } }]), { b: { equals: 2 } }])).toEqual({
    AND: [open, { a: { equals: 1 } }, { b: { equals: 2 } }],
  })
  expect(any([any([open, { a: { not: 1 } }]), { b: { not: 2 } }])).toEqual({
    OR: [open, { a: { not: 1 } }, { b: { not: 2 } }],
  })
})

test('the key of one row keeps all its columns beside other conditions', () => {
  expect(all([open, key])).toEqual({ AND: [open, key] })
  expect(all([key, open])).toEqual({ AND: [key, open] })
  expect(all([key])).toEqual(key)
  expect(any([open, key])).toEqual({ OR: [open, key] })
  expect(any([open, { id: 1, OR: [open] }])).toEqual({ OR: [open, { id: 1, OR: [open] }] })
})
