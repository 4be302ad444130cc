import type { Schema } from '../schema/schema.js'
import type { Compare, Condition, Definition, Operand, Root } from './condition.js'
import { and, not, or, TRUE } from './construct.js'
import { canFail } from './fallible.js'
import { substitute } from './substitute.js'
import { canFailToRead } from './type.js'

/** Definitions up to this size are put in the place of each reference; larger ones only where there is a single one. */
const inlineSize = 24

/**
 * A condition with the same three outcomes and less to evaluate: definitions that are small or used once stand where they are
 * referred to, and what an earlier part of a conjunction has settled is not asked again (that a path can be read, and is no
 * nil).
 */
export function simplify(schema: Schema, condition: Condition): Condition {
  const uses = new Map<Definition, number>()
  countUses(condition, uses)
  const inlined = new Map<Definition, Condition>()
  const simple = (one: Condition): Condition => {
    switch (one.kind) {
      case 'and':
        return and(...one.of.map(simple))
      case 'or':
        return factor(or(...one.of.map(simple)))
      case 'not':
        return not(simple(one.of))
      case 'some':
        return { ...one, where: simple(one.where) }
      case 'ref': {
        const { definition } = one
        if (definition.recursive) return one
        let body = inlined.get(definition)
        if (!body) {
          body = simple(definition.condition)
          inlined.set(definition, body)
        }
        if (uses.get(definition)! > 1 && sizeOf(body) > inlineSize) return one
        const args = new Map(definition.parameters.map((parameter, index) => [parameter, one.args[index]!]))
        return substitute(body, (root) => (root.kind === 'parameter' ? args.get(root) : undefined))
      }
      default:
        return one
    }
  }
  return new Facts(schema).drop(simple(condition))
}

function countUses(condition: Condition, uses: Map<Definition, number>): void {
  switch (condition.kind) {
    case 'and':
    case 'or':
      for (const one of condition.of) countUses(one, uses)
      return
    case 'not':
      countUses(condition.of, uses)
      return
    case 'some':
      countUses(condition.where, uses)
      return
    case 'ref': {
      const seen = uses.get(condition.definition)
      uses.set(condition.definition, (seen ?? 0) + 1)
      if (seen === undefined) countUses(condition.definition.condition, uses)
      return
    }
    default:
      return
  }
}

function sizeOf(condition: Condition): number {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.of.reduce((sum, one) => sum + sizeOf(one), 1)
    case 'not':
      return 1 + sizeOf(condition.of)
    case 'some':
      return 1 + sizeOf(condition.where)
    default:
      return 1
  }
}

/** What is settled wherever a condition is evaluated: paths that were read, and paths that are no nil. */
class Facts {
  readonly #schema: Schema
  readonly #ids = new Map<Root, number>()

  constructor(schema: Schema) {
    this.#schema = schema
  }

  /**
   * The condition without the parts that are settled when they are reached.
   * @param isLast - Whether nothing is asked once the condition is true, so that its further solutions do not matter.
   */
  drop(condition: Condition, settled: ReadonlySet<string> = new Set(), isLast: boolean = true): Condition {
    switch (condition.kind) {
      case 'and': {
        const facts = new Set(settled)
        return and(
          ...condition.of.map((one, index) => {
            const following = condition.of[index + 1]
            if (one.kind === 'reads' && following && readsFirst(following).some((other) => isReadBy(one.of, other)))
              return TRUE
            const part = this.drop(one, facts, isLast && following === undefined)
            this.#learn(part, facts)
            return part
          }),
        )
      }
      case 'or': {
        const arms = condition.of.map((one) => this.drop(one, settled, isLast))
        const certain = arms.findIndex((one) => one.kind === 'true')
        const reached = arms.filter(
          (one, at) => certain < 0 || at <= certain || (!isLast && canFail(this.#schema, one)),
        )
        return factor(or(...reached))
      }
      case 'not': {
        const of = this.drop(condition.of, settled)
        return of.kind === 'not' && (isLast || !canFail(this.#schema, of.of)) ? of.of : not(of)
      }
      case 'some':
        return { ...condition, where: this.drop(condition.where, settled, isLast) }
      case 'reads':
        return !canFailToRead(this.#schema, condition.of) || settled.has(`read ${this.#key(condition.of)}`)
          ? TRUE
          : condition
      case 'compare': {
        const path = noNil(condition)
        return path && settled.has(`no nil ${this.#key(path)}`) ? TRUE : condition
      }
      default:
        return condition
    }
  }

  /** What a condition that turned out true has settled. */
  #learn(condition: Condition, facts: Set<string>): void {
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
    const name = root.kind === 'variable' || root.kind === 'parameter' ? String(id) : root.kind
    return [name, ...operand.steps.map((step) => step.name)].join('.')
  }
}

/** Neighbouring arms that begin with the same test have it in front: it is true once, or none of them is. */
function factor(condition: Condition): Condition {
  if (condition.kind !== 'or') return condition
  const arms: Condition[] = []
  for (let at = 0; at < condition.of.length; ) {
    const first = firstOf(condition.of[at]!)
    let end = at + 1
    while (end < condition.of.length && isSameTest(first, firstOf(condition.of[end]!))) end++
    const group = condition.of.slice(at, end)
    arms.push(group.length === 1 ? group[0]! : and(first, factor(or(...group.map(restOf)))))
    at = end
  }
  return or(...arms)
}

function firstOf(condition: Condition): Condition {
  return condition.kind === 'and' ? condition.of[0]! : condition
}

function restOf(condition: Condition): Condition {
  return condition.kind === 'and' ? and(...condition.of.slice(1)) : TRUE
}

/** Whether two conditions are one test of one path; those are the tests that repeat. */
function isSameTest(one: Condition, other: Condition): boolean {
  if (one.kind === 'isa' && other.kind === 'isa') {
    return one.model === other.model && one.exact === other.exact && isSameOperand(one.of, other.of)
  }
  if ((one.kind === 'reads' && other.kind === 'reads') || (one.kind === 'test' && other.kind === 'test')) {
    return isSameOperand(one.of, other.of)
  }
  if (one.kind !== 'compare' || other.kind !== 'compare' || one.operator !== other.operator) return false
  return isSameOperand(one.left, other.left) && isSameOperand(one.right, other.right)
}

/** The path of `path != nil`. */
function noNil(condition: Compare): Operand | undefined {
  const { operator, left, right } = condition
  return operator === '!=' && right.kind === 'value' && right.value === null && left.kind === 'path' ? left : undefined
}

/** The operands that a condition reads before anything else, whatever they are. */
function readsFirst(condition: Condition): readonly Operand[] {
  switch (condition.kind) {
    case 'test':
    case 'reads':
    case 'isa':
      return [condition.of]
    case 'compare':
      return [condition.left, condition.right]
    case 'in':
      return [condition.item, condition.list]
    case 'some':
      return [condition.from]
    case 'ref':
      return condition.args
    case 'not':
      return readsFirst(condition.of)
    case 'and':
    case 'or':
      return condition.of.length > 0 ? readsFirst(condition.of[0]!) : []
    default:
      return []
  }
}

/** Whether two operands read the same: paths from one root, or equal literals. */
export function isSameOperand(one: Operand, other: Operand): boolean {
  if (one === other) return true
  if (one.kind === 'value' && other.kind === 'value') return one.value === other.value
  return isReadBy(one, other) && isReadBy(other, one)
}

/** Whether reading `whole` reads `part` on the way. */
function isReadBy(part: Operand, whole: Operand): boolean {
  if (part === whole) return true
  if (part.kind !== 'path' || whole.kind !== 'path' || part.root !== whole.root) return false
  return (
    part.steps.length <= whole.steps.length && part.steps.every((step, index) => step.name === whole.steps[index]!.name)
  )
}
