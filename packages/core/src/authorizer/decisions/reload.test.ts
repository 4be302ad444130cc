import { describe, expect, it } from 'vitest'
import { Authorizer } from '../authorizer.js'
import type { EvaluatorName } from '../options.js'

class User {}
class Doc {
  readonly isPublic = true
}

const open = 'allow(_: User, "read", doc: Doc) if doc.isPublic = true;'
const closed = 'allow(_: User, "read", doc: Doc) if doc.isPublic = false;'

const [user, doc] = [new User(), new Doc()]

describe.each(['auto', 'source', 'closures', 'machine'] as const)('a check, by %s,', (evaluator: EvaluatorName) => {
  const authorizerOf = (policy: string): Authorizer => {
    const authorizer = new Authorizer({ evaluator, log: () => {} }).registerClass(User).registerClass(Doc)
    authorizer.loadSync(policy)
    return authorizer
  }
  const answers = async (authorizer: Authorizer): Promise<readonly boolean[]> => [
    ...Array.from({ length: 5 }, () => authorizer.can(user, 'read', doc)),
    ...authorizer.canMany(user, 'read', [doc]),
    await authorizer.isAllowed(user, 'read', doc),
  ]

  it('is decided by the policy that was loaded last', async () => {
    const authorizer = authorizerOf(open)
    expect(new Set(await answers(authorizer))).toEqual(new Set([true]))
    authorizer.loadSync(closed)
    expect(new Set(await answers(authorizer))).toEqual(new Set([false]))
    await authorizer.load(open)
    expect(new Set(await answers(authorizer))).toEqual(new Set([true]))
  })

  it('is decided by the old policy if the new one does not load', async () => {
    const authorizer = authorizerOf(open)
    expect(new Set(await answers(authorizer))).toEqual(new Set([true]))
    expect(() => authorizer.loadSync('allow(_: User')).toThrow('line 1')
    expect(new Set(await answers(authorizer))).toEqual(new Set([true]))
  })

  it('reads a name as the constant that was registered after a check', async () => {
    const authorizer = authorizerOf('allow(_: User, "read", doc: Doc) if wanted = doc.isPublic and wanted = wanted;')
    expect(new Set(await answers(authorizer))).toEqual(new Set([true]))
    authorizer.registerConstant(false, 'wanted')
    expect(new Set(await answers(authorizer))).toEqual(new Set([false]))
  })
})
