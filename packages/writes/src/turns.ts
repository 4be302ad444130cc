import type { AsyncLocalStorage } from 'node:async_hooks'
import { entryOf } from '@arcturus/core/internal/writes'

/** A turn that runs: code within it takes turns of its own. */
interface Running {
  readonly turns: Turns
  readonly within: Turns
  readonly outer: Running | undefined
  isOver: boolean
}

const hooks = typeof process === 'object' ? process.getBuiltinModule?.('node:async_hooks') : undefined

/** Tells what the running code is part of, on platforms that can: else, code within a turn waits for its end. */
const running: AsyncLocalStorage<Running> | undefined = hooks && new hooks.AsyncLocalStorage()

/**
 * The operations of one connection, which take turns: reads run beside each other, a write runs alone. So no read sees a
 * write that is refused later, and none is undone with it. Within an operation, such as in its listeners, others are parts of it.
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

  /** Runs after the writes before it. */
  read<Result>(run: () => Promise<Result>): Promise<Result> {
    return this.#take(run, false)
  }

  /** Runs after all operations before it, and before those after it. @param run - Gets the turns within it. */
  write<Result>(run: (within: Turns) => Promise<Result>): Promise<Result> {
    return this.#take(run, true)
  }

  #take<Result>(run: (within: Turns) => Promise<Result>, isWrite: boolean): Promise<Result> {
    const outer = running?.getStore()
    let one = outer
    while (one && (one.turns !== this || one.isOver)) one = one.outer
    if (one) return one.within.#take(run, isWrite)
    const own: Running = { turns: this, within: new Turns(), outer, isOver: false }
    const start = () => (running ? running.run(own, run, own.within) : run(own.within))
    const turn = (isWrite ? this.#ended : this.#written).then(start)
    const before = this.#ended
    const end = (): Promise<void> => {
      own.isOver = true
      return before
    }
    this.#ended = turn.then(end, end)
    if (isWrite) this.#written = this.#ended
    return turn
  }
}

const known = new WeakMap<object, Turns>()

/** Returns the turns of a connection. */
export function turnsOf(connection: object): Turns {
  return entryOf(known, connection, () => new Turns())
}
