import type { Compare, Definite, In, IsA, Operand, Path, Text } from '../../condition/condition.js'
import { isNil } from '../../condition/type.js'
import { operandsIn } from '../../condition/visit.js'
import type { DefiniteKeys } from '../algebra/keys.js'
import { all, any, FALSE, TRUE } from '../algebra/logic.js'

type Leaf = Compare | In | IsA | Text
type Facts = Map<string, boolean>

/**
 * Drops tests that are already decided. Earlier parts of a conjunction are true, and earlier
 * alternatives are false. For example, `owner != nil and (owner = nil or owner.age > 3)` becomes
 * `owner != nil and owner.age > 3`.
 */
export class Settling {
  readonly #keys: DefiniteKeys

  constructor(keys: DefiniteKeys) {
    this.#keys = keys
  }

  settle(condition: Definite, facts: Facts = new Map()): Definite {
    switch (condition.kind) {
      case 'true':
      case 'false':
        return condition
      case 'reach': {
        // Facts concern other rows than those that it reaches.
        const steps = condition.steps.map((step) => ({ ...step, where: this.settle(step.where) }))
        return { ...condition, where: this.settle(condition.where), steps }
      }
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
      case 'not': {
        const of = this.settle(condition.of, facts)
        if (of.kind === 'true') return FALSE
        // Sound: a negated condition becomes a constant, or keeps its kind.
        return of.kind === 'false' ? TRUE : { kind: 'not', of: of as typeof condition.of }
      }
      case 'some': {
        if (this.#isUnreadable(condition.from, facts)) return FALSE
        const where = this.settle(condition.where, facts)
        return where.kind === 'false' ? FALSE : { ...condition, where }
      }
      default: {
        const known = facts.get(this.#keys.of(condition))
        if (known !== undefined) return known ? TRUE : FALSE
        for (const one of operandsIn(condition)) if (this.#isUnreadable(one, facts)) return FALSE
        return condition
      }
    }
  }

  /** Returns whether a step of the operand's path is known to be nil. */
  #isUnreadable(operand: Operand, facts: Facts): boolean {
    return stepsBefore(operand).some((path) => facts.get(this.#keys.ofNil(path, '=')) === true)
  }

  #learn(condition: Definite, isTrue: boolean, facts: Facts): void {
    switch (condition.kind) {
      case 'true':
      case 'false':
      case 'reach':
        return
      case 'and':
        if (isTrue) for (const one of condition.of) this.#learn(one, true, facts)
        return
      case 'or':
        if (!isTrue) for (const one of condition.of) this.#learn(one, false, facts)
        return
      case 'not':
        this.#learn(condition.of, !isTrue, facts)
        return
      case 'some':
        if (isTrue) this.#learnPresent(stepsBefore(condition.from), facts)
        return
      default:
        facts.set(this.#keys.of(condition), isTrue)
        if (isTrue) this.#learnPresent([...operandsIn(condition).flatMap(stepsBefore), ...presentIn(condition)], facts)
        this.#learnNil(condition, isTrue, facts)
    }
  }

  #learnPresent(paths: readonly Path[], facts: Facts): void {
    for (const path of paths) {
      facts.set(this.#keys.ofNil(path, '!='), true)
      facts.set(this.#keys.ofNil(path, '='), false)
    }
  }

  /** Records nil tests of a path: `= nil` and `!= nil` are opposites if the path can be read. */
  #learnNil(leaf: Leaf, isTrue: boolean, facts: Facts): void {
    if (leaf.kind !== 'compare' || (leaf.operator !== '=' && leaf.operator !== '!=')) return
    const path = isNil(leaf.right) ? leaf.left : isNil(leaf.left) ? leaf.right : undefined
    if (path?.kind !== 'path') return
    const isOwn = path.steps.length === 1 && path.root.kind !== 'row'
    if (isTrue || isOwn) facts.set(this.#keys.ofNil(path, leaf.operator === '=' ? '!=' : '='), !isTrue)
  }
}

/**
 * Returns the paths that are not nil if a leaf is true, besides those that its paths go through.
 */
function presentIn(leaf: Leaf): readonly Path[] {
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
    case 'in':
    case 'isa':
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
