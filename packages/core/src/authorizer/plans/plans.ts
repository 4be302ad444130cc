import type { Condition, Operand, OperandType, Subject } from '../../condition/condition.js'
import { and, or } from '../../condition/construct.js'
import { partsOf } from '../../condition/cost.js'
import { Deriver } from '../../condition/derive/derive.js'
import { simplify } from '../../condition/rewrite/passes.js'
import { united } from '../../condition/rewrite/unite.js'
import { rowType, unknownType } from '../../condition/type.js'
import { Source, type Span } from '../../language/source.js'
import type { Policy } from '../../policy/policy.js'
import type { Schema } from '../../schema/schema.js'

/** The span of questions from the API, which have no place in a policy. */
const nowhere: Span = { source: new Source(''), start: 0, end: 0 }

/** The kind of an actor or a resource: the name of its model (undefined if it has none), or nil. */
export type Kind = { readonly model: string | undefined } | 'nil'

/** The kind of an action: an action that the policy names, or any other. */
export type ActionKind = { readonly action: string } | 'other'

/** Returns the kind of a value; undefined if its class is unknown. */
export function kindOf(schema: Schema, value: unknown): Kind | undefined {
  if (value === null) return 'nil'
  const model = schema.modelOf(value)
  return model && { model: model.name }
}

/**
 * Returns the residual of `allow(actor, action, resource)` for these classes alone.
 * @param deriver - A deriver of the same policy, so that conditions share definitions. By default a
 * new one.
 */
export function planCheck(
  policy: Policy,
  schema: Schema,
  actor: Kind,
  action: ActionKind,
  resource: Kind,
  deriver: Deriver = new Deriver(policy, schema),
): Condition {
  return simplify(united(deriveCheck(schema, actor, action, resource, deriver)))
}

/**
 * Returns the same condition as it was derived.
 * @param field - The field of `allow_field`. Default: none, for `allow`.
 */
export function deriveCheck(
  schema: Schema,
  actor: Kind,
  action: ActionKind,
  resource: Kind,
  deriver: Deriver,
  field?: string,
): Condition {
  const args = [subject(schema, 'actor', actor), actionOperand(action), subject(schema, 'resource', resource)]
  if (field === undefined) return deriver.derive('allow', args, nowhere)
  return deriver.derive('allow_field', [...args, { kind: 'value', value: field }], nowhere)
}

/** Returns the condition of `allow_field` for any action and any field of these classes. */
export function planFields(schema: Schema, actor: Kind, resource: Kind, deriver: Deriver): Condition {
  const [action, field] = [anyText('variable', 'action'), anyText('variable', 'field')]
  const args = [subject(schema, 'actor', actor), action, subject(schema, 'resource', resource), field]
  return simplify(deriver.derive('allow_field', args, nowhere))
}

/** Returns the condition of `allow_request(actor, request)`. The request is the `resource` of the condition. */
export function deriveRequest(schema: Schema, actor: Kind, request: Kind, deriver: Deriver): Condition {
  return deriver.derive(
    'allow_request',
    [subject(schema, 'actor', actor), subject(schema, 'resource', request)],
    nowhere,
  )
}

/**
 * Returns the residual for an actor who is asked for, and a resource that is known: the roots of
 * the condition are swapped. Its `resource` is the actor, and its `actor` the resource.
 */
function planActor(schema: Schema, actor: Kind, action: ActionKind, resource: Kind, deriver: Deriver): Condition {
  const args = [subject(schema, 'resource', actor), actionOperand(action), subject(schema, 'actor', resource)]
  return simplify(deriver.derive('allow', args, nowhere))
}

/** Returns the condition for the actors of a model and of all its subclasses; see `planActor`. */
export function planActors(
  schema: Schema,
  model: string,
  action: ActionKind,
  resource: Kind,
  deriver: Deriver,
): Condition {
  return ofFamily(schema, model, (one) => planActor(schema, { model: one }, action, resource, deriver))
}

/**
 * Returns the condition for rows of a model and of all its subclasses.
 * @param field - The field of `allow_field`. Default: none, for `allow`.
 */
export function planFilter(
  policy: Policy,
  schema: Schema,
  actor: Kind,
  action: ActionKind,
  model: string,
  deriver: Deriver = new Deriver(policy, schema),
  field?: string,
): Condition {
  return ofFamily(schema, model, (one) => simplify(deriveCheck(schema, actor, action, { model: one }, deriver, field)))
}

/**
 * Returns the condition of `allow_update(actor, before, after)` for a row of a model before, and rows of the same model
 * after: those are the resource.
 */
export function planChange(schema: Schema, actor: Kind, model: string, deriver: Deriver): Condition {
  const args = (['actor', 'before', 'resource'] as const).map((kind) =>
    subject(schema, kind, kind === 'actor' ? actor : { model }),
  )
  return simplify(deriver.derive('allow_update', args, nowhere))
}

/** Returns the disjunction of the conditions for the rows of each class of a model. */
function ofFamily(schema: Schema, model: string, planOf: (model: string) => Condition): Condition {
  const models = schema.descendants(model)
  const plans = models.map(planOf)
  if (models.length === 1 || plans.every((plan) => plan.kind === 'false')) return plans[0]!
  const row: Operand = {
    kind: 'path',
    root: { kind: 'resource', name: 'resource', model, type: rowType(schema, model, false) },
    steps: [],
  }
  return or(
    ...models.map((one, index) => and({ kind: 'isa', of: row, model: one, exact: true, span: nowhere }, plans[index]!)),
  )
}

/**
 * Returns whether the machine should decide a condition: no predicate can, or it would take too
 * long.
 */
export function isForMachine(condition: Condition): boolean {
  return condition.kind === 'opaque' || partsOf(condition) > maxParts
}
/**
 * A predicate has no time limit. Conditions with more parts than this are left to the machine,
 * which has one.
 */
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
  return of === 'other' ? anyText('action', 'action') : { kind: 'value', value: of.action }
}

function anyText(kind: 'action' | 'variable', name: string): Operand {
  return {
    kind: 'path',
    root: {
      kind,
      name,
      model: undefined,
      type: { ...unknownType, scalar: 'string', nullable: false },
    },
    steps: [],
  }
}
