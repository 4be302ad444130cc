import { describe, expect, it } from 'vitest'
import { ask } from '../testing/ask.js'

/** A row that leads to three rows in turn, each time to a new object. */
class Ring {
  constructor(readonly id: number | string | null) {}
  get next(): Ring {
    return new Ring((Number(this.id) % 3) + 1)
  }
}
/** As `Ring`, with an object of another class at each turn. */
class Mixed extends Ring {
  override get next(): Ring {
    const id = (Number(this.id) % 3) + 1
    return id === 1 ? new Twisted(id) : new Mixed(id)
  }
}
class Twisted extends Mixed {}

class Chain {
  next: Chain | null = null
  constructor(readonly id: number | string | null) {}
}

const policy = 'reaches(at, id) if at.id = id; reaches(at, id) if at.next != nil and reaches(at.next, id);'
const key = ['id']
const world = { policy, classes: { Ring: { class: Ring, key }, Mixed, Twisted, Chain: { class: Chain, key } } }

function reaches(from: Ring | Chain, id: number): boolean {
  // a loop that is not recognized ends in the limit
  return ask(`reaches(from, ${id})`, { ...world, constants: { from }, limits: { steps: 1000 } }, 1).length > 0
}

/** Returns the first of rows that lead to each other. */
function chain(...ids: readonly (number | string | null)[]): Chain {
  const rows = ids.map((id) => new Chain(id))
  for (const [at, row] of rows.entries()) row.next = rows[at + 1] ?? null
  return rows[0]!
}

describe('a call is repeated', () => {
  it.each([
    ['by another object of the same row', new Ring(1)],
    ['by an object of another class that shares the key', new Mixed(1)],
  ])('%s', (_, from) => {
    expect(reaches(from, 3)).toBe(true)
    expect(reaches(from, 4)).toBe(false)
  })

  it.each([
    ['a row with another key', [1, 2, 3, 4]],
    ['a row with another kind of key', [1, '1', 4]],
    ['another row without a key', [null, null, 4]],
  ])('not by %s', (_, ids) => {
    expect(reaches(chain(...ids), 4)).toBe(true)
  })
})
