import { describe, expect, it } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'

class User {
  constructor(readonly memberships: readonly unknown[]) {}
}
class Membership {
  constructor(
    readonly role: unknown,
    readonly org: unknown,
  ) {}
}
class Document {
  constructor(readonly org: number) {}
}

/** @param fields - What is declared of documents; of what is not, reading it can be an error. */
function filterOf(tests: string, memberships: readonly unknown[], { fields = {}, isLast = false } = {}) {
  const authorizer = new Authorizer()
  authorizer.registerClass(User).registerClass(Membership)
  authorizer.registerClass(Document, { fields })
  const link = 'm.org = document.org'
  const rest = isLast ? `${tests} and ${link}` : `${link} and ${tests}`
  authorizer.loadSync(`allow(user: User, "read", document: Document) if m in user.memberships and ${rest};`)
  return authorizer.filter(new User(memberships), 'read', 'Document')
}

const members = [new Membership('admin', 1), new Membership('member', 2), new Membership('guest', 3)]

describe.each([
  { fields: { org: Number }, isLast: false },
  { fields: { org: Number }, isLast: true },
  { fields: {}, isLast: false },
  { fields: {}, isLast: true },
])('Rows of the actor that are compared with one path of the resource, %o', (form) => {
  it.each([
    ['m.role != "guest"', [1, 2]],
    ['not m.role = "admin"', [2, 3]],
    ['(m.role = "guest" or m.role.startsWith("adm"))', [1, 3]],
    ['m.role = "owner"', []],
    ['m.org > document.org', []],
  ] as const)('are the rows that pass %s', (tests, orgs) => {
    const filter = filterOf(tests, members, form)
    expect([1, 2, 3, 4].filter((org) => filter.matches(new Document(org)))).toEqual(orgs)
  })

  it('are the rows that pass, beside one of which a value is missing', () => {
    const filter = filterOf('m.role != "guest"', [new Membership(undefined, 1), ...members], form)
    expect([1, 2, 3].filter((org) => filter.matches(new Document(org)))).toEqual([1, 2])
  })

  it('are none if each one lacks a value, which is an error if it is read first', () => {
    const asked = () =>
      filterOf('m.role != "guest"', [new Membership(undefined, 1), new Membership(undefined, 2)], form)
    if (form.isLast) expect(asked).toThrow(expect.objectContaining({ code: 'missing-attribute' }))
    else expect(asked().kind).toBe('none')
  })

  it('wait for nothing', () => {
    const role = Promise.resolve('guest')
    expect(() => filterOf('m.role = "guest"', [new Membership(role, 1), ...members], form)).toThrow(
      expect.objectContaining({ code: 'async-value' }),
    )
  })
})
