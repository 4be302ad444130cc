import { Fault } from './fault.js'

/** How long a question may take in all once it has had to wait. */
export class Deadline {
  readonly #time: number
  #passed: Promise<never> | undefined = undefined
  #timer: ReturnType<typeof setTimeout> | undefined = undefined
  #isOver = false

  /** @param time milliseconds; it begins with the first work that is waited for. */
  constructor(time: number) {
    this.#time = time
  }

  /** Whether the time is up: whoever waited has been told, and what still arrives is for nobody. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** What the work gives. @throws Fault when the time is up before, and what the work throws. */
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
        this.#isOver = true
        reject(new Fault('time-limit', `The query takes more than ${this.#time} ms.`))
      }, this.#time)
    })
  }
}
