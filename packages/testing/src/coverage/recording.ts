import type { Policy } from '@arcturus/core'
import type { Expression, Recorder, Rule, Schema } from '@arcturus/core/internal/testing'
import type { Point } from './points.js'
import { type Outcome, Tally } from './tally.js'

/** Called when a point of a file has an outcome for the first time. */
export type FactListener = (tally: Tally, point: Point, outcome: Outcome) => void

/** Counts the goals of the queries of one policy. */
export class PolicyRecording implements Recorder {
  readonly tally: Tally
  readonly #goals = new Map<Expression, Point>()
  readonly #rules = new Map<Rule, Point>()
  readonly #heads = new Map<Rule, Point>()

  constructor(
    readonly policy: Policy,
    schema: Pick<Schema, 'isName'>,
    private readonly onFact: FactListener,
  ) {
    this.tally = new Tally(policy, schema)
    for (const point of this.tally.points) {
      if (point.node) this.#goals.set(point.node, point)
      else (point.kind === 'rule' ? this.#rules : this.#heads).set(point.rule, point)
    }
  }

  /** Counts an event of the query machine. */
  record(event: Parameters<Recorder['record']>[0]): void {
    switch (event.kind) {
      case 'proven':
        if (!event.isWaiting) this.add(this.#goals.get(event.goal), 'true')
        break
      case 'failed':
        // A call that repeats a call around it fails, whatever the outer one finds.
        if (!event.wasProven && !event.metLoop) this.add(this.#goals.get(event.goal), 'false')
        break
      case 'rule':
        this.add(this.#heads.get(event.rule), 'true')
        break
      case 'unmatched':
        this.add(this.#heads.get(event.rule), 'false')
        break
      case 'applied':
        this.add(this.#rules.get(event.rule), 'true')
        break
    }
  }

  add(point: Point | undefined, outcome: Outcome): void {
    if (!point) return
    const counts = this.tally.of(point)
    counts[outcome]++
    if (counts[outcome] === 1) this.onFact(this.tally, point, outcome)
  }
}
