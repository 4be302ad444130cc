import type { ScalarType } from './model.js'

/** The kinds of values that can be compared: values of two families are never equal. */
export type Family = 'boolean' | 'number' | 'text' | 'date' | 'bytes' | 'row' | 'list'

/** The family of each scalar type; undefined if any value is possible. */
export const scalarFamilies: Readonly<Record<ScalarType, Exclude<Family, 'row' | 'list'> | undefined>> = {
  boolean: 'boolean',
  integer: 'number',
  bigint: 'number',
  float: 'number',
  decimal: 'number',
  string: 'text',
  enum: 'text',
  uuid: 'text',
  date: 'date',
  json: undefined,
  bytes: 'bytes',
  unknown: undefined,
}

/**
 * The primitive types that values of a scalar type have; undefined if no check is made. JSON and raw SQL
 * replace dates, numbers and booleans by texts and numbers: they equal nothing, so that `not` would allow them.
 */
export function primitivesOf(type: ScalarType): readonly string[] | undefined {
  switch (scalarFamilies[type]) {
    case 'date':
      return []
    case 'number':
      return ['number', 'bigint']
    case 'boolean':
      return ['boolean']
    default:
      return undefined
  }
}
