import type { Definite, Operand, Path } from '../../condition/condition.js'
import { isNil, operandType, stepField } from '../../condition/type.js'
import { QueryError } from '../../errors.js'
import type { Span } from '../../language/source.js'
import { convert, foreignValue } from '../../schema/plainRows.js'
import { referencedModel, unloadedRelation } from '../../schema/reference.js'
import type { Schema } from '../../schema/schema.js'
import { notLoaded } from '../../values/attributes.js'
import { equalsItself } from '../../values/equality.js'
import { isThenable } from '../../values/thenable.js'
import { refused } from '../algebra/refused.js'

/**
 * Returns the condition that two rows are the same, by the columns of their key. A to-one relation
 * is compared by its foreign key, in its own table.
 * @throws UnsupportedFilterError if no key is declared.
 */
export function rowsEqual(schema: Schema, left: Operand, right: Operand, span: Span): Definite {
  const models = [operandType(schema, left).model, operandType(schema, right).model]
  // A class above those that declare keys does not determine the key of a row.
  const model = models.find((one) => one !== undefined && schema.keyOwner(one) === undefined) ?? models[0] ?? models[1]
  const key = model === undefined ? undefined : schema.key(model)
  if (model === undefined || !key || key.length === 0) {
    throw refused(
      'no-key',
      `Rows of ${model ?? 'an unknown class'} cannot be compared in a filter: no key is declared.`,
      span,
      model ? `declare it: registerClass(${model}, { key: ['id'] })` : 'register the class, or tag the row with as()',
    )
  }
  const parts = key.map((name): Definite => {
    const a = keyOperand(schema, left, name, span)
    const b = keyOperand(schema, right, name, span)
    if (isNil(a) || isNil(b)) return { kind: 'false' }
    return { kind: 'compare', operator: '=', left: a, right: b, span }
  })
  if (parts.some((part) => part.kind === 'false')) return { kind: 'false' }
  return parts.length === 1 ? parts[0]! : { kind: 'and', of: parts }
}

/**
 * Returns the condition that a row is one of several, as one list of their keys. Returns undefined
 * if a list is not enough. That is a key of several columns, rows of another class, or a part of a
 * key that is not a plain value.
 */
export function rowAmong(schema: Schema, path: Path, rows: readonly unknown[], span: Span): Definite | undefined {
  const { model } = operandType(schema, path)
  const owner = model === undefined ? undefined : schema.keyOwner(model)
  const [name, ...others] = (model === undefined ? undefined : schema.key(model)) ?? []
  if (owner === undefined || name === undefined || others.length > 0) return undefined
  const keys = new Set<unknown>()
  let last: string | undefined
  for (const row of rows) {
    const of = modelOf(schema, row)
    if (of === undefined || (of !== last && schema.keyOwner(of) !== owner)) return undefined
    last = of
    const key = partOfKey(schema, row, name, span, of)
    if (typeof key === 'object') return undefined
    keys.add(key)
  }
  return { kind: 'in', item: keyOperand(schema, path, name, span), list: { kind: 'value', value: [...keys] }, span }
}

/** Returns the model of a row, also of one that is known by a foreign key alone. */
function modelOf(schema: Schema, row: unknown): string | undefined {
  return referencedModel(row) ?? schema.baseOf(row)?.name
}

/**
 * @throws QueryError if that part is undefined: the row is unknown then. Also if it is of another type than the
 * column: it would equal no row, and `not` would allow all of them.
 */
function partOfKey(
  schema: Schema,
  row: unknown,
  name: string,
  span: Span,
  model: string | undefined = modelOf(schema, row),
): unknown {
  if (model === undefined && typeof row === 'object' && row !== null && !unloadedRelation(row))
    throw new QueryError('unknown-row', 'An object of unknown class is compared with a row.', { span })
  // Sound: a key names fields of the row; the schema knows them, and the compiler does not.
  const value = typeof row === 'object' && row !== null ? (row as Readonly<Record<string, unknown>>)[name] : undefined
  if (value !== undefined) {
    const field = model === undefined ? undefined : schema.field(model, name)
    const foreign = model !== undefined && field?.kind === 'scalar' ? foreignValue(model, field, value) : undefined
    if (foreign !== undefined) throw new QueryError('type-error', `${foreign}.`, { span, hint: convert })
    if (!isThenable(value) && equalsItself(value)) return value
    throw new QueryError('type-error', `"${name}" of this ${model ?? 'object'} equals nothing, so it is no key.`, {
      span,
      hint: isThenable(value) ? 'await it before you ask for the filter' : 'load the row anew',
    })
  }
  const unloaded = unloadedRelation(row)
  if (unloaded) throw notLoaded(row, unloaded, span).error
  throw new QueryError(
    'missing-attribute',
    `"${name}" of this ${model ?? 'object'} is undefined, but rows are compared by their key.`,
    {
      span,
    },
  )
}

/** Returns the column that holds a part of a row's key. */
function keyOperand(schema: Schema, row: Operand, name: string, span: Span): Operand {
  if (row.kind === 'value') return { kind: 'value', value: partOfKey(schema, row.value, name, span) }
  if (row.kind !== 'path') throw refused(row.kind, 'A filter can compare a row only with another row.', span)
  const last = row.steps.at(-1)
  const relation = last && stepField(schema, last)
  if (last && relation?.kind === 'relation') {
    const own = relation.from[relation.to.indexOf(name)]
    if (own !== undefined && !relation.many)
      return {
        kind: 'path',
        root: row.root,
        steps: [...row.steps.slice(0, -1), { name: own, model: last.model, span: last.span }],
      }
  }
  return { kind: 'path', root: row.root, steps: [...row.steps, { name, model: operandType(schema, row).model, span }] }
}
