import {
  ContextObject,
  ContextReader,
  type Field,
  isNumeric,
  type Schema,
  scalarFamilies,
} from '@arcturus/core/internal/explain'
import { imaginedRow } from './changes.js'
import type { Location } from './location.js'

function declarationOf(schema: Schema, { object, field }: Location): Field | undefined {
  if (object instanceof ContextReader) return [...schema.context.fields.values()][object.at]
  if (object instanceof ContextObject) return schema.typeNamed(ContextObject.placeOf(object))?.fields.get(field)
  const model = schema.baseOf(object)
  return model && schema.field(model.name, field)
}

/** Returns whether a field can hold a value, as far as it is declared. */
export function fits(schema: Schema, location: Location, value: unknown): boolean {
  const declared = declarationOf(schema, location)
  if (!declared) return true
  if (value === null) return declared.nullable
  if (declared.kind === 'relation') {
    const model = schema.baseOf(value)
    return declared.many ? Array.isArray(value) : model === undefined || schema.isSubclass(model.name, declared.model)
  }
  if (declared.list) return Array.isArray(value)
  if (declared.values) return typeof value === 'string' && declared.values.includes(value)
  switch (scalarFamilies[declared.type]) {
    case 'boolean':
      return typeof value === 'boolean'
    case 'number':
      return isNumeric(value)
    case 'text':
      return typeof value === 'string'
    case 'date':
      return value instanceof Date
    default:
      return true
  }
}

/** Returns values of a field that are not equal to a value: a row is another one, or nil where that can be. */
export function others(schema: Schema, location: Location, value: unknown): readonly unknown[] {
  const declared = declarationOf(schema, location)
  if (declared?.kind === 'scalar' && declared.values) return declared.values.filter((one) => one !== value)
  const found = value === null ? [] : around(value)
  return found.length > 0 ? found : value !== null && declared?.nullable !== false ? [null] : present(schema, declared)
}

/** Returns values that are not nil: a new row for a relation, else one value of each type that fits. */
function present(schema: Schema, declared: Field | undefined): readonly unknown[] {
  if (declared?.kind === 'relation') return [imaginedRow(schema, declared.model, undefined)]
  const scalars = { text: 'a', number: 1, boolean: true, date: new Date(0) } as const
  const family = declared && scalarFamilies[declared.type]
  return family !== undefined && family in scalars ? [scalars[family as keyof typeof scalars]] : Object.values(scalars)
}

/** Returns values around a value in its order, and the value. */
export function neighbours(value: unknown): readonly unknown[] {
  return typeof value === 'string' ? [value, `${value}a`, ''] : value === null ? [] : [value, ...around(value)]
}

/** Returns values of the same type that are not equal to a scalar. */
function around(value: unknown): readonly unknown[] {
  switch (typeof value) {
    case 'number':
      return [value + 1, value - 1, value + 1000]
    case 'bigint':
      return [value + 1n, value - 1n]
    case 'string':
      return [`${value}'`, '']
    case 'boolean':
      return [!value]
    default:
      return value instanceof Date ? [new Date(value.getTime() + 1), new Date(value.getTime() - 1)] : []
  }
}
