import { describe, expect, test } from 'vitest'
import type { Limits } from '../../machine/index.js'
import { Authorizer } from '../authorizer.js'

class User {
  constructor(readonly items: readonly unknown[] = []) {}
}
class Folder {
  parents: readonly Folder[]
  constructor(
    public parent: Folder | null = null,
    readonly viewers: readonly User[] = [],
    readonly items: readonly unknown[] = [],
  ) {
    this.parents = parent ? [parent, parent] : []
  }
}

function load(policy: string, evaluator: 'source' | 'closures', limits: Partial<Limits> = {}): Authorizer {
  const authorizer = new Authorizer({ evaluator, limits }).registerClass(User).registerClass(Folder)
  authorizer.loadSync(policy)
  return authorizer
}

/** The lowest of a chain of folders, of which the highest has these viewers. */
function chain(depth: number, viewers: readonly User[] = []): Folder {
  let folder = new Folder(null, viewers)
  for (let level = 0; level < depth; level++) folder = new Folder(folder)
  return folder
}

function answerOf(authorizer: Authorizer, user: User, folder: Folder): unknown {
  try {
    return authorizer.can(user, 'read', folder)
  } catch (error) {
    return (error as { code?: string }).code
  }
}

const nested = `allow(user: User, "read", folder: Folder) if
  x in user.items and y in folder.items and z in user.items and x.key = y.key and y.key = z.key and x.key = 0;`
const listed = 'allow(user: User, "read", folder: Folder) if x in user.items and x in folder.items;'
const opaque = 'allow(user: User, "read", folder: Folder) if x in user.items and y in folder.items and odd(x, y); '
const chained = `allow(user: User, "read", folder: Folder) if view(user, folder);
  view(user: User, folder: Folder) if user in folder.viewers;
  view(user: User, folder: Folder) if view(user, folder.parent);`
const squared = `allow(user: User, "read", folder: Folder) if view(user, folder);
  view(user: User, folder: Folder) if user in folder.viewers;
  view(user: User, folder: Folder) if edit(user, folder);
  view(user: User, folder: Folder) if view(user, folder.parent);
  edit(user: User, folder: Folder) if user in folder.viewers;
  edit(user: User, folder: Folder) if edit(user, folder.parent);`
const doubled = `allow(user: User, "read", folder: Folder) if view(user, folder);
  view(user: User, folder: Folder) if user in folder.viewers;
  view(user: User, folder: Folder) if parent in folder.parents and view(user, parent);`

describe.each(['source', 'closures'] as const)('with %s', (evaluator) => {
  const keys = (count: number): { readonly key: number }[] =>
    Array.from({ length: count }, (_, at) => ({ key: at + 1 }))

  test.each([
    ['loops in loops', nested, keys(2_000)],
    ['loops over lists that are searched', listed, Array.from({ length: 5_000 }, (_, at) => at)],
    [
      'calls of the machine in loops',
      `${opaque}odd(x, y) if [x.key, *_rest] = [x.key, y.key] and _new = new User([]) and x.key + y.key < 0;`,
      keys(2_000),
    ],
  ])('%s meet a limit', (_, policy, items) => {
    const authorizer = load(policy, evaluator, { syncTime: 100 })
    expect(answerOf(authorizer, new User(items), new Folder(null, [], keys(items.length)))).toMatch(
      /^(step|time)-limit$/,
    )
  })

  test('a predicate answers within the step limit', () => {
    const authorizer = load(nested, evaluator, { syncTime: 600_000 })
    expect(answerOf(authorizer, new User(keys(90)), new Folder(null, [], keys(90)))).toBe(false)
    expect(authorizer.statistics).toEqual({ predicate: 1, machine: 0, bailOuts: 0 })
  })

  test('custom limits apply', () => {
    const authorizer = load(nested, evaluator, { steps: 1_000 })
    expect(answerOf(authorizer, new User(keys(30)), new Folder(null, [], keys(30)))).toBe('step-limit')
  })

  test('few searches of a long list meet a limit', () => {
    const authorizer = load(listed, evaluator, { steps: 10_000 })
    const numbers = (count: number, from: number) => Array.from({ length: count }, (_, at) => from + at)
    const folder = (count: number) => new Folder(null, [], numbers(count, 100))
    expect(answerOf(authorizer, new User(numbers(20, 0)), folder(400))).toBe(false)
    expect(answerOf(authorizer, new User(numbers(20, 0)), folder(600))).toBe('step-limit')
  })

  test('each evaluation has its own budget', () => {
    const authorizer = load(nested, evaluator, { steps: 6_000 })
    for (let round = 0; round < 20; round++) {
      expect(answerOf(authorizer, new User(keys(17)), new Folder(null, [], keys(17)))).toBe(false)
    }
    expect(authorizer.statistics.bailOuts).toBe(0)
  })

  test.each([
    ['a tail-recursive definition', chained],
    ['two nested recursive definitions', squared],
    ['a definition that follows a list of parents', doubled],
  ])('%s takes steps that grow with the data alone', (_, policy) => {
    const user = new User()
    const authorizer = load(policy, evaluator, { steps: 25_000 })
    expect(answerOf(authorizer, user, chain(600, [user]))).toBe(true)
    expect(answerOf(authorizer, new User(), chain(600, [user]))).toBe(false)
    expect(authorizer.statistics).toEqual({ predicate: 2, machine: 0, bailOuts: 0 })
  })

  test('a chain of 100,000 is answered, by generated code if the call is a tail call', () => {
    const user = new User()
    const authorizer = load(chained, evaluator, { syncTime: 60_000 })
    expect(answerOf(authorizer, user, chain(100_000, [user]))).toBe(true)
    expect(authorizer.statistics.bailOuts).toBe(evaluator === 'source' ? 0 : 1)
  })

  test.each([
    ['a tail-recursive definition', chained],
    ['two nested recursive definitions', squared],
    ['a definition that follows a list of parents', doubled],
  ])('%s ends on cyclic data', (_, policy) => {
    const low = chain(3)
    const high = low.parent!.parent!.parent!
    high.parent = low
    high.parents = [low]
    const authorizer = load(policy, evaluator)
    expect(answerOf(authorizer, new User(), low)).toBe(false)
    const user = new User()
    expect(answerOf(authorizer, user, new Folder(new Folder(low, [user])))).toBe(true)
  })
})
