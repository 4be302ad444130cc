import { expect, test } from 'vitest'
import { type IdQuery, sendOnce } from './send.js'

const query = (value: number): IdQuery => ({ texts: ['SELECT ', ''], values: [value], model: 'Post' })

test('A query is sent once, however often it is asked for', async () => {
  let sent = 0
  const send = sendOnce(async ({ values }) => [{ value: values[0], at: ++sent }])
  expect(await send(query(1))).toEqual([{ value: 1, at: 1 }])
  expect(await send(query(2))).toEqual([{ value: 2, at: 2 }])
  expect(await send(query(1))).toEqual([{ value: 1, at: 1 }])
})
