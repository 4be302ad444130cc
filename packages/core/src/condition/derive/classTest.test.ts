import { expect, test } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'
import type { EvaluatorName } from '../../authorizer/options.js'

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

class Box {
  constructor(
    readonly value: unknown,
    readonly day: Date | null,
    readonly bytes: Uint8Array | null,
  ) {}
}
const values = [null, 'a', 1, [1], [], new Date(0), new Date(1), new Uint8Array([1]), new Owner()]
const boxes = values.flatMap((value) => [
  new Box(value, new Date(0), new Uint8Array([1])),
  new Box(value, new Date(1), null),
  new Box(value, null, new Uint8Array([2])),
])
const classes = ['Anything', 'Everything', 'List', 'Array', 'Date', 'Uint8Array', 'Float', 'Num', 'String', 'Owner']
const goals = ['v = b.day', 'v = b.bytes', 'v = [1]', 'v = []', 'v = 1', 'v = "a"', 'v = nil', 'v matches Owner']

test.each(classes.flatMap((name) => goals.map((goal) => [name, goal] as const)))(
  'a value that passed the test of %s is compared as what it is: %s',
  (name, goal) => {
    const [machine, ...others] = (['machine', 'closures', 'source'] as const).map((evaluator) => {
      const authorizer = new Authorizer({ evaluator })
        .registerClass(User)
        .registerClass(Owner)
        .registerClass(Box, { fields: { day: Date, bytes: 'bytes' } })
        .registerClass(Anything, { isaCheck: (value) => value === null || typeof value === 'string' })
        .registerClass(Everything)
        .registerClass(Array)
        .registerClass(Date)
        .registerClass(Uint8Array)
        .registerClass(Number, { name: 'Num' })
      authorizer.loadSync(`
        allow(_: User, "read", b: Box) if v = b.value and v matches ${name} and ${goal};
        allow(_: User, "edit", b: Box) if v = b.value and v matches ${name} and not ${goal};
      `)
      return authorizer
    })
    const user = new User()
    for (const action of ['read', 'edit']) {
      const expected = boxes.map((box) => machine!.can(user, action, box))
      for (const authorizer of others) {
        expect(boxes.map((box) => authorizer.can(user, action, box))).toEqual(expected)
        const filter = authorizer.filter(user, action, 'Box')
        expect(boxes.map((box) => filter.matches(box))).toEqual(expected)
      }
    }
  },
)

test.each([
  'd != nil and u.boss matches {level: 1}',
  'd != nil and not u.boss matches {level: 1}',
  'u.boss matches {level: 1} or d.name = "a"',
])('nil of an undeclared field matches no pattern with fields, in a filter too: %s', (condition) => {
  const [machine, ...others] = (['machine', 'closures', 'source'] as const).map((evaluator) => {
    const authorizer = new Authorizer({ evaluator })
      .registerClass(User)
      .registerClass(Document, { fields: { owner: { one: 'Owner' }, name: String } })
    authorizer.loadSync(`allow(u: User, "read", d: Document) if ${condition};`)
    return authorizer
  })
  const user = Object.assign(new User(), { boss: null })
  const expected = documents.map((one) => machine!.can(user, 'read', one))
  for (const authorizer of others) {
    expect(documents.map((one) => authorizer.can(user, 'read', one))).toEqual(expected)
    const filter = authorizer.filter(user, 'read', 'Document')
    expect(documents.map((one) => filter.matches(one))).toEqual(expected)
    expect(filter.kind === 'none').toBe(!expected.includes(true))
  }
})
