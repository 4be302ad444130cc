// The words in which a policy of the random family is specified. Four readers know them and share nothing else: polar.mjs prints
// the policy, truth.mjs evaluates the specification as it is, byHand.mjs writes the function that an expert would write, and
// casl.mjs defines CASL's abilities.
//
// A specification is
//   { name, title, schema, keyed, fields, counts, roles, relations, implied, holders, helpers, grants, denials, gate, everything, style }
//
// fields     by model, in the order in which rows are created; each field is a type of `rows.mjs`
// counts     how many rows of a model there are; a model without a count belongs to the rows that list it
// roles      by model: the names of its roles
// actions    by model: the names of its actions. The models with actions are what questions are about
// relations  by model: relations to other models by name, { field, to }
// implied    { model, name, by, on }: a role or action follows from another role, on the row or on its relation `on`
// holders    { model, role, when }: who has a role; without `role`, whoever has the role that the condition calls `roleName`
// helpers    by name: { model, ways }: a rule of a user and a row with several alternatives, which conditions call
// grants     { model, actions, when }: who may do something without a role
// denials    { model, actions, when }: who may not do it in spite of all that; without `actions`, do anything
// gate       conditions of a user that hold, or everything is denied
// everything a condition of a user who may do everything that the gate lets through
// schema     'declared', 'half' for schemas without half of the fields, or 'bare' for classes alone
// keyed      whether two rows are equal if their `id` is; otherwise a row equals only itself
// style      'blocks' or 'rules': whether the policy is printed with resource blocks

/** A value of the user, the row in question or an element: at('user', 'tenant'), at('row'), at('share', 'until'). */
export const at = (root, ...steps) => ({ kind: 'path', root, steps })
export const literal = (value) => ({ kind: 'literal', value })
/** The required role, in the condition of a holder without a role. */
export const roleName = { kind: 'role' }
export const now = { kind: 'now' }

export const all = (...parts) => ({
  kind: 'all',
  parts: parts.flatMap((one) => (one.kind === 'all' ? one.parts : one)),
})
export const any = (...parts) => ({ kind: 'any', parts })
export const no = (part) => ({ kind: 'no', part })
/** @param {'=' | '!=' | '<' | '<=' | '>' | '>='} operator */
export const compare = (left, operator, right) => ({ kind: 'compare', left, operator, right })
export const isTrue = (operand) => compare(operand, '=', literal(true))
export const equals = (left, right) => compare(left, '=', right)
/** The same as `equals`, written as `==`. */
export const equalsTwice = (left, right) => ({ ...equals(left, right), spelled: '==' })
export const oneOf = (operand, values) => ({ kind: 'oneOf', operand, values })
/** Whether a list of values or rows contains the item. */
export const has = (list, item) => ({ kind: 'has', list, item })
/** Whether an element of a list fulfils a condition, in which it has a name. */
export const some = (name, list, when) => ({ kind: 'some', name, list, when })
export const present = (operand) => ({ kind: 'present', operand })
/** Whether the user has a role on a row. */
export const holds = (role, operand) => ({ kind: 'holds', role, operand })
/** Whether one of the ways of a helper applies to the user and a row; false for nil. */
export const helped = (name, operand) => ({ kind: 'helper', name, operand })
/** @param {'startsWith' | 'endsWith' | 'includes'} operator false if a side is nil */
export const text = (left, operator, right) => ({ kind: 'text', left, operator, right })

/** The meaning of each comparison: nothing is before or after nil. */
export const comparisons = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a !== null && b !== null && a < b,
  '<=': (a, b) => a !== null && b !== null && a <= b,
  '>': (a, b) => a !== null && b !== null && a > b,
  '>=': (a, b) => a !== null && b !== null && a >= b,
}

/** Returns the type of a path: that of its last field, or { one: model } for a row. */
export function typeAt(spec, models, { root, steps }) {
  let type = { one: models[root] }
  for (const step of steps) {
    if (step === 'length') return { type: 'integer' }
    const fields = spec.fields[type.one]
    if (fields?.[step] === undefined) throw new Error(`${type.one} has no field ${step}.`)
    type = fields[step]
  }
  return type
}

/** Whether a path is nil for some rows, its last step or one before it. */
export function canBeNil(spec, models, { root, steps }) {
  return steps.some((_, index) => typeAt(spec, models, at(root, ...steps.slice(0, index + 1))).nullable > 0)
}

/** Everything in a condition, itself first. */
export function* partsOf(condition) {
  yield condition
  const parts = condition.parts ?? [condition.part, condition.when].filter(Boolean)
  for (const part of parts) yield* partsOf(part)
}

/** The operands of one condition, without those of its parts. */
export const operandsOf = ({ left, right, operand, list, item }) => [left, right, operand, list, item].filter(Boolean)
