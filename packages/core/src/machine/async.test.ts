import { describe, expect, it } from 'vitest'
import { ask, askLater, programOf, queryOf } from './testing/ask.js'

class Repo {
  constructor(
    readonly name: string,
    readonly parent: Promise<Repo> | null = null,
  ) {}
}

const later = <T>(value: T) => Promise.resolve(value)

class Host {
  log: unknown[] = []
  later<T>(value: T): Promise<T> {
    this.log.push(value)
    return later(value)
  }
  async *each(...values: unknown[]): AsyncGenerator<unknown> {
    yield* values
  }
  *soon(...values: unknown[]): Generator<unknown> {
    for (const value of values) yield later(value)
  }
  async fails(): Promise<never> {
    throw new TypeError('late')
  }
  get promised(): Promise<number> {
    return later(42)
  }
}

const constants = () => ({ h: new Host(), one: later(1), uno: later(1), repo: later(new Repo('core')) })
const world = () => ({ classes: { Repo, Host }, constants: constants() })

describe('a query that has to wait', () => {
  it.each([
    ['x = h.later(5)', [{ x: 5 }]],
    ['h.later(true)', [{}]],
    ['h.promised = 42', [{}]],
    ['x = h.later(h.later(h.later(3)))', [{ x: 3 }]],
    ['[a, b] = h.later([1, 2])', [{ a: 1, b: 2 }]],
    ['x in h.later([1, 2])', [{ x: 1 }, { x: 2 }]],
    ['x in h.each(1, 2, 3) and x > 1', [{ x: 2 }, { x: 3 }]],
    [
      'x in h.each(1, 2) and y in h.each(x, 3)',
      [
        { x: 1, y: 1 },
        { x: 1, y: 3 },
        { x: 2, y: 2 },
        { x: 2, y: 3 },
      ],
    ],
    ['3 in h.each(1, 2, 3)', [{}]],
    ['not 4 in h.each(1, 2, 3)', [{}]],
    ['h in h.soon(one, h, 3)', [{}]],
    ['3 in h.soon(one, h, 3)', [{}]],
    ['forall(x in h.each(1, 2), x > 0)', [{}]],
    ['one = uno', [{}]],
    ['one = 1', [{}]],
    ['2 = one', []],
    ['one < 2', [{}]],
    ['x = one', [{ x: 1 }]],
    ['repo matches Repo{name: n}', [{ n: 'core' }]],
    ['x = repo.name', [{ x: 'core' }]],
    ['x in [one, uno]', [{ x: 1 }, { x: 1 }]],
  ])('%s', async (query, answers) => {
    expect(await askLater(query, world())).toEqual(answers)
  })

  it('reads nothing twice', async () => {
    const { h, ...others } = constants()
    await askLater('x = h.later(1) and y = h.later(x) and [x, y] = [h.later(1), h.later(1)]', {
      ...world(),
      constants: { h, ...others },
    })
    expect(h.log).toEqual([1, 1, 1, 1])
  })

  it('follows a long chain of promises', async () => {
    let repo = new Repo('root')
    for (let at = 0; at < 2_000; at++) repo = new Repo(`${at}`, later(repo))
    const policy = 'rooted(r: Repo) if r.name = "root" or (r.parent != nil and rooted(r.parent));'
    const program = programOf({ ...world(), policy })
    expect(await program.holds('rooted', [repo])).toBe(true)
    expect(program.holds('rooted', [new Repo('root')])).toBe(true)
  })

  it('ends with the rejection of a promise', async () => {
    await expect(askLater('x = h.fails()', world())).rejects.toThrow(new TypeError('late'))
  })

  it('gives its solutions as they come, one at a time', async () => {
    const query = queryOf('x in h.each(1, 2, 3)', world())
    const [first, second] = await Promise.all([query.next(), query.next()])
    expect([first?.get('x'), second?.get('x')]).toEqual([1, 2])
    query.close()
    expect(await query.next()).toBeUndefined()
  })
})

describe('a synchronous query', () => {
  it.each(['x = h.later(5)', 'h.promised = 42', 'x = one', 'x in h.each(1)', 'one = 1'])(
    'throws instead of waiting: %s',
    (query) => {
      expect(() => ask(query, world())).toThrow(expect.objectContaining({ code: 'async-value' }))
    },
  )

  it('throws instead of waiting in a check', () => {
    const program = programOf({ ...world(), policy: 'f(x) if x.promised = 42;' })
    expect(() => program.holdsSync('f', [new Host()])).toThrow(expect.objectContaining({ code: 'async-value' }))
  })
})

it('iterators are closed when they are no longer needed', () => {
  const closed: string[] = []
  function* each() {
    try {
      yield 1
      yield 2
    } finally {
      closed.push('closed')
    }
  }
  const host = { each }
  expect(ask('x in host.each() and cut', { constants: { host } })).toEqual([{ x: 1 }])
  expect(ask('x in host.each()', { constants: { host } }, 1)).toEqual([{ x: 1 }])
  expect(closed).toEqual(['closed', 'closed'])
})

it('a check may run during another one', () => {
  const policy = 'outer(x) if x.inner(); inner(x) if x.value = 1;'
  const program = programOf({ policy })
  const thing = { value: 1, inner: () => program.holdsSync('inner', [thing]) }
  expect(program.holdsSync('outer', [thing])).toBe(true)
  expect(program.holdsSync('outer', [{ ...thing, value: 1 }])).toBe(true)
})
