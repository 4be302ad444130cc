import type { Compare, Condition, Operand, Path, Root } from '../condition.js'
import { and, not, TRUE } from '../construct.js'
import { isReadBy } from '../same.js'
import { mapParts, operandsIn } from '../visit.js'

/** The conditions that are true before a condition is evaluated, in nested conjunctions. */
class Before {
  readonly #settled = new Set<string>()
  /** Conditions to examine on demand, which is rare. */
  #parts: Condition[] = []

  constructor(
    private readonly facts: Facts,
    private readonly outside: Before | undefined,
  ) {}

  add(part: Condition): void {
    this.#parts.push(part)
  }

  settles(fact: string): boolean {
    for (const part of this.#parts) this.facts.learn(part, this.#settled)
    this.#parts = []
    return this.#settled.has(fact) || this.outside?.settles(fact) === true
  }
}

/**
 * Removes the parts of a condition that earlier parts have settled: paths that were read, and paths
 * that are not nil.
 */
export class Facts {
  readonly #ids = new Map<Root, number>()

  /**
   * Returns the condition without the parts that are settled before they are evaluated.
   * @param before - The conditions that are true before it. Default: none.
   */
  drop(condition: Condition, before: Before | undefined = undefined): Condition {
    switch (condition.kind) {
      case 'and': {
        const here = new Before(this, before)
        return and(
          ...condition.of.map((one, index) => {
            const following = condition.of[index + 1]
            if (one.kind === 'reads' && following && readsFirst(following).some((other) => isReadBy(one.of, other)))
              return TRUE
            const part = this.drop(one, here)
            here.add(part)
            return part
          }),
        )
      }
      case 'not': {
        const of = this.drop(condition.of, before)
        return of.kind === 'not' ? of.of : not(of)
      }
      case 'reads':
        return before?.settles(`read ${this.#key(condition.of)}`) ? TRUE : condition
      case 'compare': {
        const path = noNil(condition)
        return path && before?.settles(`no nil ${this.#key(path)}`) ? TRUE : condition
      }
      default:
        return mapParts(condition, (one) => this.drop(one, before))
    }
  }

  /** Adds the facts that a true condition has settled. */
  learn(condition: Condition, facts: Set<string>): void {
    for (const operand of readsFirst(condition)) {
      if (operand.kind !== 'path') continue
      for (let length = operand.steps.length; length > 0; length--) {
        const key = this.#key({ ...operand, steps: operand.steps.slice(0, length) })
        facts.add(`read ${key}`)
        if (length < operand.steps.length) facts.add(`no nil ${key}`)
      }
    }
    const path = condition.kind === 'compare' ? noNil(condition) : undefined
    if (path) facts.add(`no nil ${this.#key(path)}`)
  }

  #key(operand: Operand): string {
    if (operand.kind !== 'path') return ''
    const { root } = operand
    let id = this.#ids.get(root)
    if (id === undefined) {
      id = this.#ids.size
      this.#ids.set(root, id)
    }
    const name = root.kind === 'actor' || root.kind === 'resource' || root.kind === 'action' ? root.kind : String(id)
    return [name, ...operand.steps.map((step) => step.name)].join('.')
  }
}

/** Returns the path of `path != nil`; undefined for other comparisons. */
export function noNil(condition: Compare): Path | undefined {
  const { operator, left, right } = condition
  return operator === '!=' && right.kind === 'value' && right.value === null && left.kind === 'path' ? left : undefined
}

/**
 * Returns the operands that a condition reads first: if one of them is an error, so is the condition. None for a
 * disjunction, which can be true nevertheless, and for a call of a definition, which may read none of its arguments.
 */
function readsFirst(condition: Condition): readonly Operand[] {
  switch (condition.kind) {
    case 'ref':
    case 'opaque':
      return []
    case 'not':
      return readsFirst(condition.of)
    case 'and':
      return condition.of.length > 0 ? readsFirst(condition.of[0]!) : []
    case 'or':
      // Another alternative can be true if the first can't be read.
      return condition.of
        .map(readsFirst)
        .reduce((read, other) => read.filter((one) => other.some((whole) => isReadBy(one, whole))))
    default:
      return operandsIn(condition)
  }
}
