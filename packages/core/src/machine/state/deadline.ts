import { Fault } from '../../values/fault.js'

/** The total time of a query, once it has had to wait. */
export class Deadline {
  #passed: Promise<never> | undefined = undefined
  #timer: ReturnType<typeof setTimeout> | undefined = undefined

  /** @param time - Milliseconds; they begin with the first awaited work. */
  constructor(private readonly time: number) {}

  /**
   * Returns the result of the work.
   * @throws Fault if the time is up first, and any error of the work.
   */
  meet<Value>(work: Promise<Value>): Promise<Value> {
    this.#passed ??= this.#start()
    return Promise.race([work, this.#passed])
  }

  clear(): void {
    clearTimeout(this.#timer)
  }

  #start(): Promise<never> {
    return new Promise((_, reject) => {
      this.#timer = setTimeout(() => {
        reject(new Fault('time-limit', `The query takes more than ${this.time} ms.`))
      }, this.time)
    })
  }
}
