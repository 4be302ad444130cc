import type { Definite, Operand, Path } from '../../condition/condition.js'
import { isNil } from '../../condition/type.js'
import { formOf, operandsIn, variablesIn } from '../../condition/visit.js'
import type { Schema } from '../../schema/schema.js'
import { mapDefinite } from '../algebra/complement.js'
import type { DefiniteKeys } from '../algebra/keys.js'
import { all, any, FALSE, TRUE } from '../algebra/logic.js'

type Facts = Map<string, boolean>

/**
 * Drops tests that are already decided. Earlier parts of a conjunction are true, and earlier
 * alternatives are false. For example, `owner != nil and (owner = nil or owner.age > 3)` becomes
 * `owner != nil and owner.age > 3`.
 */
export class Settling {
  constructor(
    private readonly schema: Schema,
    private readonly keys: DefiniteKeys,
  ) {}

  settle(condition: Definite, facts: Facts = new Map()): Definite {
    switch (condition.kind) {
      case 'true':
      case 'false':
        return condition
      case 'and': {
        const inner = new Map(facts)
        const parts: Definite[] = []
        for (const one of condition.of) {
          const part = this.settle(one, inner)
          if (part.kind === 'false') return FALSE
          this.#learn(part, true, inner)
          parts.push(part)
        }
        return all(parts)
      }
      case 'or': {
        const inner = new Map(facts)
        const arms: Definite[] = []
        for (const one of condition.of) {
          const arm = this.settle(one, inner)
          if (arm.kind === 'true') return TRUE
          this.#learn(arm, false, inner)
          arms.push(arm)
        }
        return any(arms)
      }
      default: {
        const known = facts.get(this.keys.of(condition))
        if (known !== undefined) return known ? TRUE : FALSE
        for (const one of operandsIn(condition)) if (this.#isUnreadable(one, facts)) return FALSE
        return mapDefinite(this.schema, condition, (one) => this.settle(one, facts))
      }
    }
  }

  /** Returns whether a step of the operand's path is known to be nil. */
  #isUnreadable(operand: Operand, facts: Facts): boolean {
    return stepsBefore(operand).some((path) => facts.get(this.keys.ofNil(path, '=')) === true)
  }

  #learn(condition: Definite, isTrue: boolean, facts: Facts): void {
    if (isTrue) this.#learnPresent(operandsIn(condition).flatMap(stepsBefore), facts)
    if (variablesIn(condition).length > 0) return
    switch (condition.kind) {
      case 'true':
      case 'false':
        return
      case 'and':
      case 'or':
        if (formOf(condition, isTrue) === 'all') for (const one of condition.of) this.#learn(one, isTrue, facts)
        return
      case 'not':
        this.#learn(condition.of, !isTrue, facts)
        return
      default:
        facts.set(this.keys.of(condition), isTrue)
        if (isTrue) this.#learnPresent(presentIn(condition), facts)
        this.#learnNil(condition, isTrue, facts)
    }
  }

  #learnPresent(paths: readonly Path[], facts: Facts): void {
    for (const path of paths) {
      facts.set(this.keys.ofNil(path, '!='), true)
      facts.set(this.keys.ofNil(path, '='), false)
    }
  }

  /** Records nil tests of a path: `= nil` and `!= nil` are opposites if the path can be read. */
  #learnNil(leaf: Definite, isTrue: boolean, facts: Facts): void {
    if (leaf.kind !== 'compare' || (leaf.operator !== '=' && leaf.operator !== '!=')) return
    const path = isNil(leaf.right) ? leaf.left : isNil(leaf.left) ? leaf.right : undefined
    if (path?.kind !== 'path') return
    const isOwn = path.steps.length === 1 && path.root.kind !== 'row'
    if (isTrue || isOwn) facts.set(this.keys.ofNil(path, leaf.operator === '=' ? '!=' : '='), !isTrue)
  }
}

/**
 * Returns the paths that are not nil if a leaf is true, besides those that its paths go through.
 */
function presentIn(leaf: Definite): readonly Path[] {
  switch (leaf.kind) {
    case 'compare': {
      const { operator, left, right } = leaf
      if (isNil(left) || isNil(right)) return []
      if (operator === '!=') return []
      const isEqual = operator === '=' || operator === '=='
      const found = isEqual
        ? [...(right.kind === 'value' ? [left] : []), ...(left.kind === 'value' ? [right] : [])]
        : [left, right]
      return found.filter((one) => one.kind === 'path')
    }
    case 'text':
      return [leaf.of, leaf.part].filter((one) => one.kind === 'path')
    default:
      return []
  }
}

const none: readonly Path[] = []

/** Returns the paths that a path goes through. */
function stepsBefore(operand: Operand): readonly Path[] {
  if (operand.kind === 'count') return stepsBefore(operand.of)
  if (operand.kind !== 'path' || operand.steps.length < 2) return none
  const { root, steps } = operand
  return steps.slice(1).map((_, index): Path => ({ kind: 'path', root, steps: steps.slice(0, index + 1) }))
}
