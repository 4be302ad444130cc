import type { Condition, Operand, OperandType, Subject } from '../condition/condition.js'
import { and, or } from '../condition/construct.js'
import { partsOf } from '../condition/cost.js'
import { Deriver } from '../condition/derive/derive.js'
import { simplify } from '../condition/simplify.js'
import { rowType, unknownType } from '../condition/type.js'
import { Source, type Span } from '../language/source.js'
import type { Policy } from '../policy/policy.js'
import type { Schema } from '../schema/schema.js'

/** Where a question comes from that no policy wrote: the API. */
const nowhere: Span = { source: new Source(''), start: 0, end: 0 }

/** How an actor or a resource is known before it is seen: by the name of its model (undefined for none), or as nil. */
export type Kind = { readonly model: string | undefined } | 'nil'

/** What an action is: one that the policy names, or any other. */
export type ActionKind = { readonly action: string } | 'other'

/**
 * The condition of `allow(actor, action, resource)` for just these classes.
 * @param deriver - One that has derived other conditions of the policy, and knows what they share.
 */
export function planCheck(
  policy: Policy,
  schema: Schema,
  actor: Kind,
  action: ActionKind,
  resource: Kind,
  deriver: Deriver = new Deriver(policy, schema),
): Condition {
  const args = [subject(schema, 'actor', actor), actionOperand(action), subject(schema, 'resource', resource)]
  return simplify(schema, deriver.derive('allow', args, nowhere))
}

/** The condition for rows of a model, whichever of its subclasses they are of. */
export function planFilter(
  policy: Policy,
  schema: Schema,
  actor: Kind,
  action: ActionKind,
  model: string,
  deriver: Deriver = new Deriver(policy, schema),
): Condition {
  const models = schema.descendants(model)
  const plans = models.map((one) => planCheck(policy, schema, actor, action, { model: one }, deriver))
  if (models.length === 1) return plans[0]!
  const row: Operand = {
    kind: 'path',
    root: { kind: 'resource', name: 'resource', model, type: rowType(schema, model, false) },
    steps: [],
  }
  return or(
    ...models.map((one, index) => and({ kind: 'isa', of: row, model: one, exact: true, span: nowhere }, plans[index]!)),
  )
}

/** Whether only the machine can answer a condition, or should, since a predicate would take too long. */
export function isForMachine(condition: Condition): boolean {
  return condition.kind === 'opaque' || partsOf(condition) > maxParts
}
/** A predicate has no limit of time; beyond this many parts the machine is asked, which has. */
const maxParts = 1_000_000

function subject(schema: Schema, kind: Subject['kind'], of: Kind): Operand {
  if (of === 'nil') return { kind: 'value', value: null }
  return {
    kind: 'path',
    root: { kind, name: kind, model: of.model, type: subjectType(schema, of.model) },
    steps: [],
  }
}

function subjectType(schema: Schema, model: string | undefined): OperandType {
  return model === undefined ? { ...unknownType, nullable: false } : rowType(schema, model, false, true)
}

function actionOperand(of: ActionKind): Operand {
  if (of !== 'other') return { kind: 'value', value: of.action }
  return {
    kind: 'path',
    root: {
      kind: 'action',
      name: 'action',
      model: undefined,
      type: { ...unknownType, scalar: 'string', nullable: false },
    },
    steps: [],
  }
}
