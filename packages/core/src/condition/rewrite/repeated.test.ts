import { describe, expect, test } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'
import { planCheck } from '../../authorizer/plans/plans.js'
import { printCondition } from '../print.js'
import { withoutRepeated } from './repeated.js'

class User {}
class Doc {}

/** Returns the condition of a rule's body, as text. */
function rewritten(body: string, isDeclared = true): string {
  const authorizer = new Authorizer()
  const flags = {
    a: { type: 'boolean', nullable: false },
    b: { type: 'boolean', nullable: false },
    c: { type: 'boolean', nullable: false },
  } as const
  authorizer.registerClass(User, isDeclared ? { fields: { ...flags, docs: { many: 'Doc' } } } : {})
  authorizer.registerClass(Doc, isDeclared ? { fields: flags } : {})
  authorizer.loadSync(`allow(u: User, "read", d: Doc) if ${body};`)
  const { policy, schema } = authorizer
  const condition = planCheck(policy!, schema, { model: 'User' }, { action: 'read' }, { model: 'Doc' })
  return printCondition(withoutRepeated(condition), schema)
}
const [a, b, c] = ['u.a = d.a', 'd.b = true', 'd.c = true']
const search = (of = c): string => `(x in u.docs and x.b = true and ${of})`

describe.each([true, false])('What an alternative tests is not tested again beside it; declared: %s', (isDeclared) => {
  test.each([
    [`${a} or (${a} and ${b})`, a],
    [`(${a} and ${b}) or ${a}`, a],
    [`${a} or ${a}`, a],
    [`${a} or ((${a} or ${b}) and ${c})`, `${a} or (${b} and ${c})`],
    [`${a} or ${b} or ((${a} or ${b}) and ${c})`, `${a} or ${b}`],
    [`${search()} or (${b} and (${search()} or ${a}))`, `${search()} or (${b} and ${a})`],
    [`${a} or (x in u.docs and (x.b = true or ${a}))`, `${a} or (x in u.docs and x.b = true)`],
    [`(${a} and ${b}) or (${a} and ((${b} and ${c}) or ${search()}))`, `(${a} and ${b}) or (${a} and ${search()})`],
    [`(${a} and ${b}) or (${c} and ${a} and ${b})`, `(${a} and ${b}) or (${c} and ${a} and 1 = 2)`],
  ])('%s', (body, same) => {
    expect(rewritten(body, isDeclared)).toBe(rewritten(same, isDeclared))
  })

  test.each([
    ['below a negation', `${a} or (not (${a} and ${b}) and ${c})`],
    ['of another field', `${a} or (${b} and ${c})`],
    ['of another list', `${search()} or (${b} and ${search('x.a = true')})`],
  ])('%s it is', (_what, body) => {
    expect(rewritten(body, isDeclared)).toContain(' and ')
    expect(rewritten(body, isDeclared).match(/\.[abc] = /g)).toHaveLength(body.match(/\.[abc] = /g)!.length)
  })
})

describe.each([true, false])('What a goal has settled is not tested again after it; declared: %s', (isDeclared) => {
  test.each([
    [`${a} and ((${a} and ${b}) or ${c})`, `${a} and (${b} or ${c})`],
    [`${a} and (x in u.docs and x.b = true and ${a})`, `${a} and (x in u.docs and x.b = true)`],
    [
      `not (${c} or not ${a}) and ((${b} and ${a}) or ${search('x.a = true')})`,
      `not (${c} or not ${a}) and (${b} or ${search('x.a = true')})`,
    ],
    [`not ${a} and ((not ${a} and ${b}) or ${c})`, `not ${a} and (${b} or ${c})`],
    [`${a} and not (${a} and ${b})`, `${a} and not ${b}`],
  ])('%s', (body, same) => {
    expect(rewritten(body, isDeclared)).toBe(rewritten(same, isDeclared))
  })

  test.each([
    ['by an alternative', `(${a} or ${b}) and ${a}`],
    ['by a negated conjunction', `not (${a} and ${b}) and (${a} or ${c})`],
  ])('%s it is not settled', (_how, body) => {
    expect(rewritten(body, isDeclared).match(/\.[abc] = /g)).toHaveLength(body.match(/\.[abc] = /g)!.length)
  })
})

test.each([true, false])('an error before a repeated test is still one; declared: %s', (isDeclared) => {
  expect(rewritten(`${a} or (${b} and ${a})`, isDeclared)).toContain('false')
})

test('a missing relation is an error beside a test that is false', () => {
  const policy = 'allow(u: User, "read", d: Doc) if not (d.a = _x and u = nil);'
  for (const evaluator of ['source', 'closures', 'machine'] as const) {
    const authorizer = new Authorizer({ evaluator })
    authorizer.registerClass(User, {})
    authorizer.registerClass(Doc, { fields: { a: { one: 'Doc', nullable: false } } })
    authorizer.loadSync(policy)
    expect(() => authorizer.can(new User(), 'read', new Doc())).toThrow()
  }
})
