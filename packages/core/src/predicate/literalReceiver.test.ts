import { expect, test } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'

class User {}
class Doc {
  constructor(
    readonly owner: unknown,
    readonly level: unknown,
  ) {}
}

const literals = ['0', '-1', '1.5', '9007199254740993', '"a"', 'true', '[1]']

/** Returns the answer of a check, or the code of its error. */
function answer(evaluator: 'machine' | 'closures' | 'source', body: string, doc: Doc): unknown {
  const authorizer = new Authorizer({ evaluator, log: () => {} }).registerClass(User).registerClass(Doc)
  authorizer.loadSync(`allow(_: User, "read", d: Doc) if ${body};`)
  try {
    return authorizer.can(new User(), 'read', doc)
  } catch (error) {
    if (error instanceof SyntaxError) throw error
    return Reflect.get(error as object, 'code')
  }
}

test.each(
  literals.flatMap((literal) => [
    `x = [v.name, v] and ${literal} in x and v = d.owner`,
    `v = ${literal} and v.name = d.level`,
    `v = ${literal} and v.toString() = d.level`,
    `d.level.startsWith(${literal})`,
    `d.level.includes(${literal})`,
  ]),
)('reads a literal as the query machine does: %s', (body) => {
  for (const doc of [new Doc(0, '0'), new Doc({ name: 0 }, '-1'), new Doc(null, 'a')]) {
    const expected = answer('machine', body, doc)
    expect([answer('closures', body, doc), answer('source', body, doc)]).toEqual([expected, expected])
  }
})
