import { Fault } from './fault.js'
import type { Machine } from './machine.js'

/** How long a query may take in all once it has had to wait. */
export class Deadline {
  readonly #time: number
  #passed: Promise<never> | undefined = undefined
  #timer: ReturnType<typeof setTimeout> | undefined = undefined

  /** @param time milliseconds; it begins with the first answer that is waited for. */
  constructor(time: number) {
    this.#time = time
  }

  /** Waits for what the machine asked for, and hands it over. @throws Fault when the time is up, and what the host throws. */
  async answer(m: Machine): Promise<void> {
    this.#passed ??= this.#start()
    try {
      m.resume(await Promise.race([m.waitingFor, this.#passed]))
    } catch (thrown) {
      // what the application rejects with is its own error, whatever it is
      m.raw = true
      throw thrown
    }
  }

  clear(): void {
    clearTimeout(this.#timer)
  }

  #start(): Promise<never> {
    return new Promise((_, reject) => {
      this.#timer = setTimeout(() => {
        reject(new Fault('time-limit', `The query takes more than ${this.#time} ms.`))
      }, this.#time)
    })
  }
}
