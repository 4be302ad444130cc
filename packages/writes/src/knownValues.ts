import type { ScalarField, Schema } from '@arcturus/core/internal/writes'
import { invalidValue, isStored } from '@arcturus/core/internal/writes'
import type { Values } from './change.js'

interface Reading {
  /** Whether no other columns are added, such as those of a reference. Default true. */
  readonly isComplete?: boolean
  /** Returns a value as the row has it; undefined if only the database knows. Default: as it is given. */
  readonly read?: (field: ScalarField, value: unknown) => unknown
}

/** Returns the columns of a new row that the database stores as they are given, or by a literal default. */
export function knownValues(
  schema: Schema,
  model: string,
  columns: Values,
  { isComplete = true, read = (_, value) => value }: Reading = {},
): Values {
  const known: Record<string, unknown> = {}
  for (const field of schema.fields(model)) {
    if (field.kind === 'relation') continue
    const { name, initial, nullable, list } = field
    const given = columns[name]
    if (given === undefined) {
      if (initial === 'generated' || !isComplete) continue
      if (initial) known[name] = initial.value
      else if (nullable && !list) known[name] = null
    } else {
      const value = given === null ? null : read(field, given)
      if (value === null ? nullable : isStored(field, value)) known[name] = value
    }
  }
  return known
}

/** @throws InvalidBodyError for a text that the enum of a column does not have: the error of a database would be no refusal */
export function assertEnum(schema: Schema, model: string, name: string, value: unknown): void {
  const field = schema.field(model, name)
  if (field?.kind !== 'scalar' || field.type !== 'enum' || !field.values) return
  const isOther = (one: unknown): boolean => typeof one === 'string' && !field.values!.includes(one)
  if ([value].flat().some(isOther))
    throw invalidValue(model, name, 'has no such value', `use one of ${field.values.join(', ')}`)
}
