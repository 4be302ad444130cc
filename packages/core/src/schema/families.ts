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
