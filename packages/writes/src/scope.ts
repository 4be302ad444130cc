import type { Definite, Schema } from '@arcturus/core/internal/writes'
import { all, invalidArgument, rowType, Source, type Span } from '@arcturus/core/internal/writes'
import type { Values } from './change.js'
import type { RowsFilter } from './rowsFilter.js'

/** The columns that rows must have, whatever the policy allows: for example those of a tenant. */
export type Scope = Values
/** Returns the scope of a model's rows for an actor; undefined if it has none. */
export type ScopeOf = (model: string, actor: unknown) => Scope | undefined

/** The place of conditions that come from the application, and have none in a policy. */
const nowhere: Span = { source: new Source(''), start: 0, end: 0 }

/**
 * Limits a filter to the rows of a scope.
 * @throws ArgumentError for a column that the model does not have, and a value that is undefined.
 */
export function withinScope(schema: Schema, filter: RowsFilter, scope: Scope | undefined): RowsFilter {
  if (!scope) return filter
  const { model } = filter
  assertScope(schema, model, scope)
  const row = { kind: 'resource', name: 'resource', model, type: rowType(schema, model, false) } as const
  const conditions = Object.entries(scope).map(
    ([name, value]): Definite => ({
      kind: 'compare',
      operator: '=',
      left: { kind: 'path', root: row, steps: [{ name, model, span: nowhere }] },
      right: { kind: 'value', value },
      span: nowhere,
    }),
  )
  const kind = filter.kind === 'none' ? 'none' : 'condition'
  return { model, kind, definite: () => all([...conditions, filter.definite()]) }
}

/** Returns whether a new row is within a scope; undefined if its values do not tell. */
export function isWithinScope(scope: Scope | undefined, values: Values): boolean | undefined {
  let isKnown = true
  for (const [name, value] of Object.entries(scope ?? {})) {
    if (!(name in values)) isKnown = false
    else if (!Object.is(values[name], value)) return false
  }
  return isKnown ? true : undefined
}

function assertScope(schema: Schema, model: string, scope: Scope): void {
  for (const [name, value] of Object.entries(scope)) {
    const field = schema.field(model, name)
    const isValue = ['string', 'number', 'bigint', 'boolean'].includes(typeof value)
    if (field?.kind === 'scalar' && !field.list && isValue) continue
    throw invalidArgument(`Invalid scope of ${model}: \`${name}\` must be a column with a value.`, {
      hint: 'write the columns with their values: scope: { Document: (user) => ({ tenantId: user.tenantId }) }',
      data: { model, column: name },
    })
  }
}
