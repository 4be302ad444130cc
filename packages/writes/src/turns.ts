import type { AsyncLocalStorage } from 'node:async_hooks'
import { entryOf } from '@arcturus/core/internal/writes'

/** A turn that runs: code within it takes turns of its own. */
interface Running {
  readonly turns: Turns
  readonly within: Turns
  isOver: boolean
  readonly outer: Running | undefined
}

/** Tells what the running code is part of, on platforms that can: else, code within a turn waits for its end. */
const running: AsyncLocalStorage<Running> | undefined = (() => {
  const hooks = typeof process === 'object' ? process.getBuiltinModule?.('node:async_hooks') : undefined
  return hooks && new hooks.AsyncLocalStorage()
})()

/**
 * The operations of one connection, which take turns: reads run beside each other, a write runs alone. So no read sees a
 * write that is refused later, and none is undone with it.
 *
 * @example
 * ```ts
 * const turns = new Turns()
 * await Promise.all([turns.write(update), turns.read(list)]) // lists what is there after the update
 * ```
 */
export class Turns {
  #written: Promise<void> = Promise.resolve()
  #ended: Promise<void> = this.#written

  /** Ends with the last operation. */
  get ended(): Promise<void> {
    return this.#ended
  }

  /** Runs after the writes before it; within an operation, such as in its listeners, as a part of that one. */
  read<Result>(run: () => Promise<Result>): Promise<Result> {
    const within = this.#within()
    if (within) return within.read(run)
    const turn = this.#written.then(() => this.#run(run))
    const before = this.#ended
    this.#ended = turn.then(nothing, nothing).then(() => before)
    return turn
  }

  /** Runs after all operations before it, and before those after it. @param run - Gets the turns within it. */
  write<Result>(run: (within: Turns) => Promise<Result>): Promise<Result> {
    const within = this.#within()
    if (within) return within.write(run)
    const turn = this.#ended.then(() => this.#run(run))
    this.#written = this.#ended = turn.then(nothing, nothing)
    return turn
  }

  /** Returns the turns within the operation that the running code is part of. */
  #within(): Turns | undefined {
    let one = running?.getStore()
    while (one && (one.turns !== this || one.isOver)) one = one.outer
    return one?.within
  }

  async #run<Result>(run: (within: Turns) => Promise<Result>): Promise<Result> {
    const own: Running = { turns: this, within: new Turns(), isOver: false, outer: running?.getStore() }
    try {
      return await (running ? running.run(own, run, own.within) : run(own.within))
    } finally {
      own.isOver = true
    }
  }
}

const known = new WeakMap<object, Turns>()

/** Returns the turns of a connection. @param turns - Those of one that is new. */
export function turnsOf(connection: object, turns?: Turns): Turns {
  return entryOf(known, connection, () => turns ?? new Turns())
}

function nothing(): void {}
