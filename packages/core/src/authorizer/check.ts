import type { Condition, Definition, Operand } from '../condition/condition.js'
import type { Span } from '../language/source.js'
import type { Policy } from '../policy/policy.js'
import type { Schema } from '../schema/schema.js'
import { planFilter } from './plans.js'
import { actionsFor } from './words.js'

/** A filter that can be refused. */
export interface Refusable {
  /** Class of the actor. */
  readonly actor: string
  readonly action: string
  readonly model: string
  /** One sentence. */
  readonly reason: string
  readonly span: Span
}

/** Every part of the policy, for every class of actors, action and model, that no filter can hold. */
export function refusable(policy: Policy, schema: Schema): readonly Refusable[] {
  const found: Refusable[] = []
  const actors = [...policy.blocks.values()].filter((block) => block.keyword === 'actor').map((block) => block.name)
  const models = [...schema.models.values()].filter(
    (model) => policy.blocks.get(model.name)?.keyword === 'resource' || model.fields.size > 0,
  )
  for (const actor of actors.filter((name) => schema.models.has(name))) {
    for (const { name: model } of models) {
      for (const action of actionsFor(policy, schema.ancestors(model))) {
        const condition = planFilter(policy, schema, { model: actor }, { action }, model)
        for (const { reason, span } of obstacles(condition, new Set()))
          found.push({ actor, action, model, reason, span })
      }
    }
  }
  return found
}

interface Obstacle {
  readonly reason: string
  readonly span: Span
}

function obstacles(condition: Condition, seen: Set<Definition>): readonly Obstacle[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.of.flatMap((one) => obstacles(one, seen))
    case 'not':
      return obstacles(condition.of, seen)
    case 'some':
      return [...computed(condition.from, condition.span), ...obstacles(condition.where, seen)]
    case 'test':
    case 'isa':
    case 'reads':
      return computed(condition.of, condition.span)
    case 'compare':
      return [...computed(condition.left, condition.span), ...computed(condition.right, condition.span)]
    case 'in':
      return [...computed(condition.item, condition.span), ...computed(condition.list, condition.span)]
    case 'opaque':
      if (!condition.goal.bindings.some(({ operand }) => dependsOnRow(operand))) return []
      return [{ reason: condition.reason.message, span: condition.span }]
    case 'ref': {
      if (condition.definition.recursive && condition.args.some(dependsOnRow))
        return [{ reason: `${condition.definition.name} calls itself`, span: condition.span }]
      if (seen.has(condition.definition)) return []
      seen.add(condition.definition)
      return obstacles(condition.definition.condition, seen)
    }
    default:
      return []
  }
}

/** What would have to be computed for each row. */
function computed(operand: Operand, span: Span): readonly Obstacle[] {
  if (!dependsOnRow(operand)) return []
  if (operand.kind === 'call') return [{ reason: `the method "${operand.method}" of a row`, span }]
  return operand.kind === 'arithmetic' ? [{ reason: 'arithmetic with a field of a row', span }] : []
}

function dependsOnRow(operand: Operand): boolean {
  switch (operand.kind) {
    case 'value':
    case 'constant':
      return false
    case 'path':
      return operand.root.kind !== 'actor' && operand.root.kind !== 'action'
    case 'field':
      return dependsOnRow(operand.of)
    case 'list':
      return operand.elements.some(dependsOnRow)
    case 'call':
      return dependsOnRow(operand.of) || operand.args.some(dependsOnRow)
    case 'arithmetic':
      return dependsOnRow(operand.left) || dependsOnRow(operand.right)
  }
}
