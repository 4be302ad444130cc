import { expect, test } from 'vitest'
import { QueryError } from '../../errors.js'
import type { Field } from '../../schema/model.js'
import { Authorizer } from '../authorizer.js'

class User {
  id = 1
  keys = Array.from({ length: 2_000 }, (_, at) => ({ own: at, other: at + 1 }))
}
class Page {
  id = 1
  views = 1
  likes = 1
}

function column(name: string): [string, Field] {
  return [name, { kind: 'scalar', name, type: 'integer', nullable: false, list: false }]
}

test('Filter.definite checks the time while it builds a large filter', async () => {
  // The clock goes on with each look, so that the test depends on no machine.
  let now = 0
  const own = Date.now
  const authorizer = new Authorizer({ limits: { syncTime: 1_000 } }).registerClass(User).registerModels([
    {
      name: 'Page',
      class: Page,
      key: ['id'],
      closed: true,
      isaCheck: undefined,
      fields: new Map(['id', 'views', 'likes'].map(column)),
    },
  ])
  await authorizer.load(
    'allow(u: User, "read", p: Page) if key in u.keys and p.views = key.own and p.likes = key.other;',
  )
  const filter = authorizer.filter(new User(), 'read', 'Page')
  let error: unknown
  Date.now = () => (now += 300)
  try {
    filter.definite()
  } catch (thrown) {
    error = thrown
  } finally {
    Date.now = own
  }
  expect(error).toBeInstanceOf(QueryError)
  expect(error).toMatchObject({ code: 'time-limit' })
  Date.now = () => now
  try {
    expect(filter.definite().kind).toBe('or')
  } finally {
    Date.now = own
  }
})
