import { describe, expect, test } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'

/** What ORMs let every class extend; it has no rows of its own. */
class Entity {
  constructor(readonly id: number) {}
}
class Person extends Entity {}
class Employee extends Person {}
class Customer extends Person {}
class Team extends Entity {}
class Note extends Entity {
  constructor(
    id: number,
    readonly about: Entity | null,
  ) {
    super(id)
  }
}

/** Keys stand where rows do: people have one table, teams another. */
function authorizerWith(evaluator: 'source' | 'closures' | 'machine', baseHasKey = false): Authorizer {
  const authorizer = new Authorizer({ evaluator })
    .registerClass(Entity, baseHasKey ? { key: 'id', fields: { id: 'integer' } } : {})
    .registerClass(Person, { key: 'id', fields: { id: 'integer' } })
    .registerClass(Employee)
    .registerClass(Customer)
    .registerClass(Team, { key: 'id', fields: { id: 'integer' } })
    .registerClass(Note, { key: 'id', fields: { about: { one: Entity, from: 'aboutId' }, aboutId: 'integer' } })
  authorizer.loadSync('allow(actor, "read", note: Note) if note.about = actor; allow(a, "be", b) if a = b;')
  return authorizer
}

describe.each(['source', 'closures', 'machine'] as const)('with %s', (evaluator) => {
  test.each([
    [new Person(1), new Person(1), true],
    [new Person(1), new Employee(1), true],
    [new Employee(1), new Customer(1), true],
    [new Person(1), new Person(2), false],
    [new Person(1), new Team(1), false],
    [new Team(1), new Employee(1), false],
    [new Entity(1), new Team(1), false],
  ])('%o and %o are one row: %s', (left, right, expected) => {
    const authorizer = authorizerWith(evaluator)
    expect(authorizer.can(left, 'be', right)).toBe(expected)
    expect(authorizer.can(right, 'be', left)).toBe(expected)
    if (left.constructor === Entity) return
    const note = new Note(5, right)
    expect(authorizer.can(left, 'read', note)).toBe(expected)
    expect(authorizer.filter(left, 'read', 'Note').matches(note)).toBe(expected)
  })

  test('subclasses share rows if their common class declares the key', () => {
    const authorizer = authorizerWith(evaluator, true)
    expect(authorizer.can(new Person(1), 'be', new Team(1))).toBe(true)
  })

  test('a class under two names is one', () => {
    const authorizer = new Authorizer({ evaluator })
      .registerClass(Team, { key: 'id', fields: { id: 'integer' } })
      .registerClass(Team, { name: 'Group', key: 'id', fields: { id: 'integer' } })
      .registerClass(Note, { fields: { about: { one: 'Team' } } })
    authorizer.loadSync('allow(actor, "read", note: Note) if note.about = actor;')
    expect(authorizer.can(new Team(1), 'read', new Note(1, new Team(1)))).toBe(true)
    expect(authorizer.can(new Team(2), 'read', new Note(1, new Team(1)))).toBe(false)
  })
})

describe('a comparison with a class without a key', () => {
  test('is rejected in a filter for a database', () => {
    const authorizer = authorizerWith('closures')
    expect(() => authorizer.filter(new Person(1), 'read', 'Note').definite()).toThrow(/no key is declared/)
  })

  test('recursion distinguishes rows of classes whose common class has no key', () => {
    const authorizer = new Authorizer({ evaluator: 'machine' })
    for (const cls of [Entity, Person, Team]) authorizer.registerClass(cls, cls === Entity ? {} : { key: 'id' })
    authorizer.registerConstant({ above: (one: unknown) => (one instanceof Person ? new Team(1) : null) }, 'Tree')
    authorizer.loadSync('allow(_, "read", x) if f(x); f(nil); f(x) if x != nil and f(Tree.above(x));')
    expect(authorizer.can(null, 'read', new Person(1))).toBe(true)
  })
})
