import { expect, test } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'
import type { EvaluatorName } from '../../authorizer/plans/evaluator.js'

class User {}
class Owner {}
class Document {
  constructor(
    readonly owner: Owner | null,
    readonly name: string | null,
  ) {}
}
class Anything {}
class Everything {
  readonly all = true
  static [Symbol.hasInstance](): boolean {
    return true
  }
}
const documents = [new Document(null, 'a'), new Document(new Owner(), null)]

function readable(condition: string, isaCheck: (value: unknown) => boolean, evaluator: EvaluatorName): boolean[][] {
  const authorizer = new Authorizer({ evaluator })
    .registerClass(User)
    .registerClass(Owner)
    .registerClass(Document, { fields: { owner: { one: 'Owner' }, name: String } })
    .registerClass(Anything, { isaCheck })
    .registerClass(Everything)
  authorizer.loadSync(`
    allow(_: User, "read", d: Document) if d != nil and ${condition};
    is_anything(_: Anything);
  `)
  const user = new User()
  const filter = authorizer.filter(user, 'read', 'Document')
  return [documents.map((one) => authorizer.can(user, 'read', one)), documents.map((one) => filter.matches(one))]
}

const subjects = ['d', 'd.owner', 'd.name', '"text"', '[d]', '{a: 1}', 'nil']
const tests = subjects.flatMap((one) => [`${one} matches Anything`, `is_anything(${one})`, `${one} matches Everything`])

test.each(tests.flatMap((one) => [one, `not ${one.includes(' matches ') ? `(${one})` : one}`]))(
  'a custom instance check is called, also for nil, strings and lists: %s',
  (condition) => {
    for (const check of [() => true, () => false, (value: unknown) => value === null]) {
      const [expected] = readable(condition, check, 'machine')
      for (const evaluator of ['closures', 'source'] as const)
        expect(readable(condition, check, evaluator), evaluator).toEqual([expected, expected])
    }
  },
)
