import { describe, expect, it } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'

class User {
  readonly id = 1
  readonly boss = null
  readonly bosses: readonly unknown[] = [{}, { name: 'ada' }]
  readonly names: readonly unknown[] = [undefined, 'ada']
}
class Document {}

/** Returns the condition of the documents that a user may read, for rules in both orders; or the codes of the errors. */
function filters(...rules: readonly string[]): readonly string[] {
  const text = rules.map((goals) => `allow(u: User, "read", d: Document) if ${goals} and u = u and d = d;`)
  return [text, text.toReversed()].map((of) => {
    const authorizer = new Authorizer({ limits: { frames: 100 } })
      .registerClass(User, { key: 'id', fields: { id: 'integer', boss: { one: 'User' } } })
      .registerClass(Document, {
        key: 'id',
        fields: { id: 'integer', title: String, isPublic: { type: Boolean, nullable: false } },
      })
    authorizer.loadSync(`${of.join('\n')} endless(n) if endless(n + 1); named(u: User) if u.boss.name = "ada";`)
    try {
      return authorizer.filter(new User(), 'read', 'Document').toString().replace(' and resource = resource', '')
    } catch (error) {
      return (error as { code: string }).code
    }
  })
}

describe('an error of the actor', () => {
  it.each([
    ['a comparison', 'u.boss.name = d.title'],
    ['a rule that the machine proves', 'named(u)'],
    ['an element', 'b in u.bosses and b.name = "eve"'],
    ['a list', '"eve" in u.names'],
  ])('leaves other rules to decide: %s', (_, goals) => {
    expect(filters(goals, 'd.isPublic = true')).toEqual(['resource.isPublic = true', 'resource.isPublic = true'])
  })

  it.each([
    ['an element', 'b in u.bosses and b.name = d.title', '"ada" = resource.title'],
    ['a list', '"ada" in u.names and d.isPublic = true', 'resource.isPublic = true'],
  ])('leaves other parts to decide: %s', (_, goals, expected) => {
    expect(filters(goals)).toEqual([expected, expected])
  })

  it('excludes every row if it is negated beside an alternative', () => {
    expect(filters('not (u.boss.name = "ada" or d.isPublic = true)')).toEqual(['false', 'false'])
  })

  it('is thrown if each row is an error', () => {
    expect(filters('not named(u)', 'u.boss.name = d.title')).toEqual(['missing-attribute', 'missing-attribute'])
  })

  it('ends the filter if it is a limit, whatever other rules say', () => {
    expect(filters('endless(u.id)', 'd.isPublic = true')).toEqual(['frame-limit', 'frame-limit'])
  })
})
