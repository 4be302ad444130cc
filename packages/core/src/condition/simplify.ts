import type { Schema } from '../schema/schema.js'
import type { Condition, Definition, Operand } from './condition.js'
import { and, not, or } from './construct.js'
import { substitute } from './substitute.js'
import { canFailToRead } from './type.js'

/** Definitions up to this size are put in the place of each reference; larger ones only where there is a single one. */
const inlineSize = 24

/**
 * A condition with the same three outcomes and less to evaluate: definitions that are small or used once stand where they are
 * referred to, and reads that the next part does anyway are dropped.
 */
export function simplify(schema: Schema, condition: Condition): Condition {
  const uses = new Map<Definition, number>()
  countUses(condition, uses)
  const inlined = new Map<Definition, Condition>()
  const simple = (one: Condition): Condition => {
    switch (one.kind) {
      case 'and':
        return conjunction(schema, one.of.map(simple))
      case 'or':
        return or(...one.of.map(simple))
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
        const placed = substitute(body, (root) => (root.kind === 'parameter' ? args.get(root) : undefined))
        // The machine reads arguments before it enters a rule.
        const reads = one.args.filter((arg) => canFailToRead(schema, arg)).map((of): Condition => ({ kind: 'reads', of, span: one.span }))
        return conjunction(schema, [...reads, placed])
      }
      default:
        return one
    }
  }
  return simple(condition)
}

function countUses(condition: Condition, uses: Map<Definition, number>): void {
  switch (condition.kind) {
    case 'and':
    case 'or':
      for (const one of condition.of) countUses(one, uses)
      return
    case 'not':
      return countUses(condition.of, uses)
    case 'some':
      return countUses(condition.where, uses)
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

function conjunction(schema: Schema, parts: readonly Condition[]): Condition {
  const whole = and(...parts)
  if (whole.kind !== 'and') return whole
  return and(
    ...whole.of.filter((part, index) => {
      if (part.kind !== 'reads') return true
      const next = whole.of[index + 1]
      return !next || !readsFirst(next).some((one) => isReadBy(part.of, one)) || !canFailToRead(schema, part.of)
    }),
  )
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

/** Whether reading `whole` reads `part` on the way. */
function isReadBy(part: Operand, whole: Operand): boolean {
  if (part === whole) return true
  if (part.kind !== 'path' || whole.kind !== 'path' || part.root !== whole.root) return false
  return part.steps.length <= whole.steps.length && part.steps.every((step, index) => step.name === whole.steps[index]!.name)
}
