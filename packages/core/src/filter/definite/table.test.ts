import { describe, expect, it } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'
import type { Definite, Operand, Root } from '../../condition/condition.js'

class User {}
class Part {
  constructor(readonly isOpen: boolean) {}
}
class Item {
  constructor(
    readonly a: Part | null,
    readonly b: Part | null,
    readonly c: Part | null,
    readonly items: readonly Item[] = [],
  ) {}
}

type Truth = 'true' | 'false' | 'error'

/** Reading `isOpen` of nil is an error. */
const parts: Readonly<Record<Truth, Part | null>> = { true: new Part(true), false: new Part(false), error: null }
const truths = ['true', 'false', 'error'] as const
const rows = truths.flatMap((a) =>
  truths.flatMap((b) => truths.map((c) => ({ a, b, c, row: new Item(parts[a], parts[b], parts[c]) }))),
)

/** A goal in Polar and its meaning, according to the table. */
interface Goal {
  readonly text: string
  readonly truth: (of: (name: string) => Truth) => Truth
}

function leaf(name: string, of: string = 'i'): Goal {
  return { text: `${of}.${name}.isOpen = true`, truth: (truthOf) => truthOf(name) }
}
function not({ text, truth }: Goal): Goal {
  const opposite = { true: 'false', false: 'true', error: 'error' } as const
  return { text: `not (${text})`, truth: (of) => opposite[truth(of)] }
}
function and(left: Goal, right: Goal): Goal {
  return {
    text: `(${left.text} and ${right.text})`,
    truth: (of) => (left.truth(of) === 'true' ? right.truth(of) : left.truth(of)),
  }
}
function or(left: Goal, right: Goal): Goal {
  return { text: `(${left.text} or ${right.text})`, truth: (of) => someOf([left.truth(of), right.truth(of)]) }
}
function someOf(found: readonly Truth[]): Truth {
  return found.includes('true') ? 'true' : found.includes('error') ? 'error' : 'false'
}

/** Returns the rows of the filter of each goal, which is the only rule of an action. */
function listed(goals: readonly string[], of: readonly Item[]): readonly (readonly boolean[])[] {
  const part = { one: 'Part' } as const
  const authorizer = new Authorizer({ log: () => {} })
    .registerClass(User)
    .registerClass(Part, { fields: { isOpen: { type: Boolean, nullable: false } } })
    .registerClass(Item, { fields: { a: part, b: part, c: part, items: { many: 'Item' } } })
  authorizer.loadSync(goals.map((goal, at) => `allow(_: User, "${at}", i: Item) if ${goal};`).join('\n'))
  return goals.map((_, at) => {
    const filter = authorizer.filter(new User(), String(at), 'Item').definite()
    return of.map((row) => isTrue(filter, new Map(), row))
  })
}

/** Evaluates a definite condition: a leaf is true only if each step of its paths has a row. */
function isTrue(condition: Definite, variables: ReadonlyMap<Root, unknown>, row: unknown): boolean {
  const read = (operand: Operand): unknown => {
    if (operand.kind === 'value') return operand.value
    if (operand.kind !== 'path') throw new Error(`unexpected operand ${operand.kind}`)
    const root = operand.root.kind === 'resource' ? row : variables.get(operand.root)
    return operand.steps.reduce<unknown>(
      (at, { name }) => (at === null ? undefined : (at as Readonly<Record<string, unknown>> | undefined)?.[name]),
      root,
    )
  }
  switch (condition.kind) {
    case 'true':
    case 'false':
      return condition.kind === 'true'
    case 'and':
      return condition.of.every((one) => isTrue(one, variables, row))
    case 'or':
      return condition.of.some((one) => isTrue(one, variables, row))
    case 'not':
      return !isTrue(condition.of, variables, row)
    case 'some':
      return (read(condition.from) as readonly unknown[]).some((each) =>
        isTrue(condition.where, new Map(variables).set(condition.each, each), row),
      )
    case 'compare': {
      const [left, right] = [read(condition.left), read(condition.right)]
      if (left === undefined || right === undefined) return false
      if (condition.operator !== '=' && condition.operator !== '!=') throw new Error(`unexpected ${condition.operator}`)
      return (left === right) === (condition.operator === '=')
    }
    default:
      throw new Error(`unexpected ${condition.kind}`)
  }
}

/** Returns a goal and its negation. */
function both(goal: Goal): readonly Goal[] {
  return [goal, not(goal)]
}

describe('a filter', () => {
  it('lists the rows for which its condition is true in the table, of three parts in every form', () => {
    const joins = [and, or]
    const [a, b, c] = [both(leaf('a')), both(leaf('b')), both(leaf('c'))]
    const goals = joins.flatMap((outer) =>
      joins.flatMap((inner) =>
        a.flatMap((one) =>
          b.flatMap((two) =>
            c.flatMap((three) => [
              ...both(inner(one, two)).flatMap((first) => both(outer(first, three))),
              ...both(inner(two, three)).flatMap((rest) => both(outer(one, rest))),
            ]),
          ),
        ),
      ),
    )
    const found = listed(
      goals.map(({ text }) => text),
      rows.map(({ row }) => row),
    )
    for (const [at, { text, truth }] of goals.entries())
      expect([text, found[at]]).toEqual([
        text,
        rows.map((row) => truth((name) => row[name as 'a' | 'b' | 'c']) === 'true'),
      ])
  })

  it('lists the rows for which a quantifier is true in the table', () => {
    const [a, b] = [leaf('a', 'x'), leaf('b', 'x')]
    const wheres = [and, or].flatMap((join) => both(a).flatMap((one) => both(b).flatMap((two) => both(join(one, two)))))
    const goals = wheres.flatMap(({ text }) => [
      `x in i.items and ${text}`,
      `not (x in i.items and ${text})`,
      `forall(x in i.items, ${text})`,
    ])
    const elements = rows.filter(({ c }) => c === 'true')
    const lists = [[], ...elements.map((one) => [one]), ...elements.flatMap((one) => elements.map((two) => [one, two]))]
    const found = listed(
      goals,
      lists.map(
        (list) =>
          new Item(
            null,
            null,
            null,
            list.map(({ row }) => row),
          ),
      ),
    )
    for (const [at, where] of wheres.entries()) {
      const some = lists.map((list) => someOf(list.map((one) => where.truth((name) => one[name as 'a' | 'b']))))
      const other = lists.map((list) => someOf(list.map((one) => not(where).truth((name) => one[name as 'a' | 'b']))))
      expect([where.text, found[3 * at]]).toEqual([where.text, some.map((truth) => truth === 'true')])
      expect([where.text, found[3 * at + 1]]).toEqual([where.text, some.map((truth) => truth === 'false')])
      expect([where.text, found[3 * at + 2]]).toEqual([where.text, other.map((truth) => truth === 'false')])
    }
  })
})
