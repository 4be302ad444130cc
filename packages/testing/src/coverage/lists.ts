import type { Authorizer, Span } from '@arcturus/core'
import type { Condition } from '@arcturus/core/internal/testing'
import { conditionsIn, type Expression } from '@arcturus/core/internal/testing'
import {
  evaluateUnknownRow,
  fails,
  holds,
  isOfUnknownRow,
  type Part,
  type Truth,
} from '@arcturus/explain/internal/testing'
import type { Point } from './points.js'
import type { PolicyRecording } from './recording.js'

/** A list: the rows of a model on which an actor may perform an action. */
export interface List {
  readonly actor: unknown
  readonly action: string
  readonly model: string
  readonly context: Parameters<typeof evaluateUnknownRow>[4]
}

/**
 * Counts the goals of a list: those that the actor's data decide are true or false, and the others
 * are left to the database. The list is evaluated for a row of which nothing is known.
 * @param authorizer - An authorizer with the same policy, whose queries are not counted.
 */
export async function countList(authorizer: Authorizer, recording: PolicyRecording, list: List): Promise<void> {
  const { actor, action, context } = list
  for (const model of authorizer.schema.descendants(list.model)) {
    const root = await evaluateUnknownRow(authorizer, actor, action, model, context)
    if (root) new ListReader(recording).read(root)
  }
}

class ListReader {
  readonly #read = new Set<Part>()

  constructor(private readonly recording: PolicyRecording) {}

  read(part: Part): void {
    if (this.#read.has(part)) return
    this.#read.add(part)
    switch (part.form) {
      case 'all':
        this.#until(part, ({ outcome }) => fails(outcome) || outcome.truth === false)
        break
      case 'leaf':
        this.#leaf(part)
        break
      default:
        this.#parts(part)
    }
  }

  /** Reads the parts that were evaluated: none after one that settles the whole. */
  #until({ parts }: Part, settles: (part: Part) => boolean): void {
    for (const one of parts) {
      this.read(one)
      if (settles(one)) return
    }
  }

  #parts(part: Part): void {
    const { condition, parts, unreadable } = part
    if (unreadable) {
      if (fails(unreadable)) return
      for (const one of conditionsIn(condition)) if ('span' in one) this.#count(one.span, undefined)
      return
    }
    if (condition.kind === 'some') this.#count(condition.span, parts.length > 0, (goal) => goal.kind === 'in')
    this.#until(part, ({ outcome }) => part.form === 'any' && holds(outcome))
  }

  #leaf(part: Part): void {
    const { condition } = part
    if (!('span' in condition)) return
    const { outcome } = part
    if (fails(outcome)) return
    const truth = isOfUnknownRow(part) ? undefined : outcome.truth
    this.#count(condition.span, truth, (goal) => isSameTest(goal, condition))
  }

  /** Counts the goal at a place. A part that is not the whole goal decides nothing. */
  #count(span: Span, truth: Truth, isWhole: (goal: Expression) => boolean = () => true): void {
    const point = this.#pointAt(span)
    if (!point?.node) return
    if (truth === undefined) this.recording.add(point, 'asked')
    else if (isWhole(point.node)) this.recording.add(point, truth ? 'true' : 'false')
  }

  /** Returns the smallest goal around a place. */
  #pointAt({ source, start, end }: Span): Point | undefined {
    let found: Point | undefined
    for (const point of this.recording.tally.points) {
      const { span, kind } = point
      // The list is evaluated by a copy of the policy, whose sources are equal.
      if (kind !== 'goal' || span.source.name !== source.name || span.source.text !== source.text) continue
      if (span.start > start || span.end < end) continue
      if (!found || span.end - span.start < found.span.end - found.span.start) found = point
    }
    return found
  }
}

/** Returns whether a condition is true exactly if a goal is. */
function isSameTest(goal: Expression, condition: Condition): boolean {
  switch (condition.kind) {
    case 'compare': {
      if (goal.kind === 'unify') return condition.operator === '='
      if (goal.kind !== 'compare') return false
      return condition.operator === goal.operator || (condition.operator === '=' && goal.operator === '==')
    }
    case 'in':
      return goal.kind === 'in'
    case 'isa':
      return goal.kind === 'matches' && goal.pattern.kind === 'class pattern' && !goal.pattern.fields
    case 'test':
    case 'text':
      return goal.kind === 'dot' || goal.kind === 'variable'
    default:
      return false
  }
}
