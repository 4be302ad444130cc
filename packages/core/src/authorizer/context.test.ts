import { describe, expect, test } from 'vitest'
import { Authorizer, type QueryError } from '../index.js'

class User {
  constructor(readonly id: number) {}
}
class Document {
  constructor(
    readonly id: number,
    readonly ownerId: number,
    readonly opens: Date,
  ) {}
}

const policy = `
  allow(user: User, "read", document: Document) if document.ownerId = user.id;
  allow(_: User, "read", document: Document) if document.opens <= now;
  allow(_: User, "edit", _: Document) if request.ip.startsWith("10.");
  allow(_: User, "hide", _: Document) if not request.ip = "10.0.0.1";
`

const evaluators = ['machine', 'closures', 'source'] as const

function authorizerFor(evaluator: (typeof evaluators)[number]): Authorizer {
  const authorizer = new Authorizer({ evaluator })
    .registerClass(User, { fields: { id: 'integer' }, key: 'id' })
    .registerClass(Document, {
      fields: {
        id: { type: 'integer', nullable: false },
        ownerId: { type: 'integer', nullable: false },
        opens: { type: 'date', nullable: false },
      },
      key: 'id',
    })
    .registerContext({ now: 'date', request: { fields: { ip: 'string', port: 'integer' } } })
  authorizer.loadSync(policy)
  return authorizer
}

const user = new User(1)
const document = new Document(1, 2, new Date(1000))
const codeOf = (run: () => unknown): string | undefined => {
  try {
    run()
    return undefined
  } catch (error) {
    return (error as QueryError).code
  }
}

describe.each(evaluators)('a context, evaluated by %s', (evaluator) => {
  const authorizer = authorizerFor(evaluator)

  test('is read by checks', () => {
    expect(authorizer.with({ now: new Date(1000) }).can(user, 'read', document)).toBe(true)
    expect(authorizer.with({ now: new Date(999) }).can(user, 'read', document)).toBe(false)
    expect(authorizer.with({ request: { ip: '10.1.1.1' } }).can(user, 'edit', document)).toBe(true)
    expect(authorizer.with({ request: { ip: '11.1.1.1' } }).can(user, 'edit', document)).toBe(false)
  })

  test('is an error if it is missing, unless another rule allows the action', () => {
    expect(() => authorizer.can(user, 'read', document)).toThrow('The question has no context "now".')
    expect(() => authorizer.can(user, 'hide', document)).toThrow('no context "request"')
    const withoutIp = authorizer.with({ request: { port: 1 } })
    expect(codeOf(() => withoutIp.can(user, 'hide', document))).toBe('missing-context')
    expect(() => withoutIp.can(user, 'hide', document)).toThrow('no context "request.ip"')
    expect(authorizer.can(new User(2), 'read', document)).toBe(true)
  })

  test('is bound by filters', () => {
    const open = authorizer.with({ now: new Date(1000) }).filter(user, 'read', 'Document')
    const shut = authorizer.with({ now: new Date(999) }).filter(user, 'read', 'Document')
    expect(open.matches(document)).toBe(true)
    expect(shut.matches(document)).toBe(false)
    expect(String(open)).toContain('1970-01-01T00:00:01.000Z')
    expect(codeOf(() => authorizer.filter(user, 'edit', 'Document'))).toBe('missing-context')
  })
})
