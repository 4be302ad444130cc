import { describe, expect, it } from 'vitest'
import { QueryError } from '../../errors.js'
import { ask, askLater } from '../testing/ask.js'

const raised = { steps: 100_000_000, syncTime: 60_000 }

describe('depth', () => {
  /** Twice as deep as the smallest function of JavaScript can call itself. */
  const deep = 30_000
  it.each([
    ['calls', 'down(0); down(n) if n > 0 and down(n - 1);', `down(${deep})`],
    ['negations', 'p(0); p(n) if n > 0 and not q(n); q(n) if not p(n - 1);', `p(${deep / 2})`],
    ['forall', 'p(0); p(n) if n > 0 and forall(x in [n - 1], p(x));', `p(${deep})`],
    ['lists that are taken apart', 'len([], 0); len([_, *t], n + 1) if len(t, n);', `len(long, n) and n = ${deep}`],
    [
      'lists that are made',
      'mk(0, []); mk(n, [n, *t]) if n > 0 and mk(n - 1, t);',
      `mk(${deep}, x) and mk(${deep}, x)`,
    ],
    [
      'lists in lists',
      'nest(0, 1); nest(n, [t]) if n > 0 and nest(n - 1, t);',
      `nest(${deep}, _x) and nest(${deep}, _x)`,
    ],
    ['choices', 'p(0); p(n) if n > 0 and _x in [n, 1] and p(n - 1);', `p(${deep}) and cut`],
    ['choices that all fail', 'p(n) if n > 0 and [_x, n] in [[1, n], [2, 0]] and p(n - 1);', `not p(${deep})`],
  ])('of %s does not become depth of JavaScript', { timeout: 60_000 }, (_, policy, query) => {
    const long = Array.from({ length: deep }, (_, at) => at)
    expect(ask(query, { policy, constants: { long }, limits: raised }, 1)).toHaveLength(1)
  })

  it('of printed and exported terms does not either', { timeout: 60_000 }, () => {
    const policy = 'nest(0, 1); nest(n, [t]) if n > 0 and nest(n - 1, t);'
    const printed: string[] = []
    const print = (text: string) => printed.push(text)
    const [answer] = ask(`nest(${deep}, l) and print(l)`, { policy, limits: raised, print })
    expect(printed[0]).toMatch(/^\[{100}/)
    let at = answer?.['l']
    let depth = 0
    for (; Array.isArray(at); depth++) at = at[0]
    expect(depth).toBe(deep)
  })
})

describe('an endless policy ends in a typed error', () => {
  it.each([
    ['loop(x) if loop(x + 1);', 'loop(1)'],
    ['loop(x) if not loop(x + 1);', 'loop(1)'],
    ['loop(x) if forall(y in [x + 1], loop(y));', 'loop(1)'],
    ['loop(x) if _y in [1, 2, 3] and loop(x + 1);', 'loop(1)'],
    ['nat(0); nat(n + 1) if nat(n);', 'nat(x) and x < 0'],
    ['nat(0); nat(n + 1) if nat(n);', 'not (nat(x) and x < 0)'],
    ['', '_x = [_x, _y] and _y = [_y, _x] and _x = _y'],
  ])('%s %s', (policy, query) => {
    expect(() => ask(query, { policy, limits: { syncTime: 100 } })).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(frame|step|time)-limit$/) }),
    )
  })

  it('by default', () => {
    expect(() => ask('loop(1)', { policy: 'loop(x) if loop(x + 1);' })).toThrow(QueryError)
  })

  it('by the limits that are given', () => {
    const policy = 'loop(x) if loop(x + 1); nat(0); nat(n + 1) if nat(n);'
    const codeOf = (query: string, limits: object) => {
      try {
        ask(query, { policy, limits })
      } catch (error) {
        return error instanceof QueryError ? error.code : error
      }
    }
    expect(codeOf('loop(1)', { frames: 100 })).toBe('frame-limit')
    expect(codeOf('loop(1)', { steps: 100 })).toBe('step-limit')
    expect(codeOf('nat(x) and x < 0', { steps: 1e9, frames: 1e9, syncTime: 20 })).toBe('time-limit')
  })

  it('also if it waits for ever', async () => {
    const constants = {
      never: {
        get value() {
          return new Promise(() => {})
        },
      },
    }
    await expect(askLater('x = never.value', { constants, limits: { asyncTime: 20 } })).rejects.toMatchObject({
      code: 'time-limit',
    })
  })
})

describe('a ground call that meets itself', () => {
  class Folder {
    parent: Folder | null = null
    constructor(readonly id: number) {}
  }
  const folders = Array.from({ length: 500 }, (_, id) => new Folder(id))
  folders.forEach((folder, at) => {
    folder.parent = folders[(at + 1) % folders.length]!
  })
  const world = { classes: { Folder }, constants: { first: folders[0] } }

  it.each([
    ['loop(x) if loop(x);', 'loop(1)', 0],
    ['loop(x) if loop(x); loop(1);', 'loop(1)', 1],
    ['ping(x) if pong(x); pong(x) if ping(x) or x = 1;', 'ping(1)', 1],
    ['edge(1, 2); edge(2, 1); reach(x, y) if edge(x, y) or (edge(x, z) and reach(z, y));', 'reach(1, 5)', 0],
    ['p([x]) if p([x]);', 'p([1])', 0],
    ['p({a: x}) if p({a: x});', 'p({a: 1})', 0],
    ['view(f: Folder) if f.id = 499 or view(f.parent);', 'view(first)', 1],
    ['view(f: Folder) if f.id = 999 or view(f.parent);', 'view(first)', 0],
  ])('fails: %s', (policy, query, count) => {
    expect(ask(query, { policy, ...world })).toHaveLength(count)
  })

  it('identifies a row by its key, whatever the object', () => {
    const model = { class: Folder, key: ['id'] }
    const load = { next: (folder: Folder) => Object.assign(new Folder((folder.id + 1) % 100)) }
    const policy = 'view(f: Folder) if view(load.next(f));'
    const limits = { frames: 1_000 }
    expect(
      ask('view(first)', { policy, classes: { Folder: model }, constants: { ...world.constants, load }, limits }),
    ).toEqual([])
  })

  it('is an error if it needs its own negation', () => {
    expect(() => ask('p(1)', { policy: 'p(x) if not q(x); q(x) if not p(x);' })).toThrow(
      expect.objectContaining({ code: 'negated-loop' }),
    )
    const policy = 'p(n) if n > 0 and p(n - 1); p(0) if not p(200);'
    expect(() => ask('p(200)', { policy })).toThrow(expect.objectContaining({ code: 'negated-loop' }))
  })
})
