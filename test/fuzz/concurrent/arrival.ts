import type { Random } from '../random.js'

/** How values of relations arrive: at hand, or as promises that take no turn, or a random number of turns. */
export type Pace = 'at hand' | 'at once' | 'random'

/** Hands out values of relations. Objects of a case share one, so that the same objects can be slow or at hand. */
export class Arrival {
  pace: Pace = 'at hand'
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** A value, or a promise of it. */
  of<Value>(value: Value): Value | Promise<Value> {
    return this.pace === 'at hand' ? value : this.promise(value)
  }

  async promise<Value>(value: Value): Promise<Value> {
    if (this.pace === 'random') await turns(this.#random)
    return value
  }
}

/** Waits for a random number of turns: mostly of promises, sometimes of the event loop. */
export async function turns(random: Random): Promise<void> {
  if (random.chance(0.08)) await new Promise((resolve) => setImmediate(resolve))
  if (random.chance(0.01)) await new Promise((resolve) => setTimeout(resolve, 0))
  for (let left = random.integer(0, 7); left > 0; left--) await undefined
}
