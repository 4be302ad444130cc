import { describe, expect, test } from 'vitest'
import type { Limits } from '../machine/index.js'
import { Authorizer } from './authorizer.js'

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
const asked = 'allow(user: User, "read", folder: Folder) if x in user.items and y in folder.items and odd(x, y); '
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
      'questions to the machine in loops',
      `${asked}odd(x, y) if [x.key, *_rest] = [x.key, y.key] and _new = new User([]) and x.key + y.key < 0;`,
      keys(2_000),
    ],
  ])('%s end at the limits of a query', (_, policy, items) => {
    const authorizer = load(policy, evaluator)
    const started = Date.now()
    expect(answerOf(authorizer, new User(items), new Folder(null, [], keys(items.length)))).toMatch(
      /^(step|time)-limit$/,
    )
    expect(Date.now() - started).toBeLessThan(8_000)
  })

  test('fewer steps than a query may take are answered by the predicate', () => {
    const authorizer = load(nested, evaluator)
    expect(answerOf(authorizer, new User(keys(90)), new Folder(null, [], keys(90)))).toBe(false)
    expect(authorizer.statistics).toEqual({ predicate: 1, machine: 0, bailOuts: 0 })
  })

  test('limits that are given hold', () => {
    const authorizer = load(nested, evaluator, { steps: 1_000 })
    expect(answerOf(authorizer, new User(keys(30)), new Folder(null, [], keys(30)))).toBe('step-limit')
  })

  test('what one evaluation has used says nothing of the next', () => {
    const authorizer = load(nested, evaluator, { steps: 6_000 })
    for (let round = 0; round < 20; round++) {
      expect(answerOf(authorizer, new User(keys(17)), new Folder(null, [], keys(17)))).toBe(false)
    }
    expect(authorizer.statistics.bailOuts).toBe(0)
  })

  test.each([
    ['a definition that ends in itself', chained],
    ['two definitions, one within the other', squared],
    ['a definition that asks itself twice', doubled],
  ])('%s takes steps that grow with the data alone', (_, policy) => {
    const user = new User()
    const authorizer = load(policy, evaluator, { steps: 25_000 })
    expect(answerOf(authorizer, user, chain(900, [user]))).toBe(true)
    expect(answerOf(authorizer, new User(), chain(900, [user]))).toBe(false)
    expect(authorizer.statistics).toEqual({ predicate: 2, machine: 0, bailOuts: 0 })
  })

  test('a chain of 100,000 is answered, by the predicate where the definition ends in itself', () => {
    const user = new User()
    const authorizer = load(chained, evaluator)
    expect(answerOf(authorizer, user, chain(100_000, [user]))).toBe(true)
    expect(authorizer.statistics.bailOuts).toBe(0)
  })

  test.each([
    ['a definition that ends in itself', chained],
    ['two definitions, one within the other', squared],
    ['a definition that asks itself twice', doubled],
  ])('%s ends where data go round in a circle', (_, policy) => {
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
