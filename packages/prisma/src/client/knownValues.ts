import type { Authorizer } from '@arcturus/core'
import type { Field } from '@arcturus/core/internal/prisma'
import { isStored } from '@arcturus/core/internal/prisma'
import type { Values } from '@arcturus/writes/internal/prisma'
import { isArguments } from '../literal.js'
import type { PrismaColumn, PrismaModel } from '../schema/schema.js'

/**
 * Returns the columns of a new row that the database stores as they are given, or by a literal default.
 * @param isComplete - Whether no other columns are added, such as those of a reference.
 */
export function knownValues({ schema }: Authorizer, model: PrismaModel, columns: Values, isComplete: boolean): Values {
  const known: Record<string, unknown> = {}
  for (const field of model.fields) {
    if (field.kind === 'relation') continue
    const given = columns[field.name]
    const value =
      given !== undefined
        ? stored(schema.field(model.name, field.name), given)
        : isComplete
          ? initialOf(field)
          : undefined
    if (value !== undefined) known[field.name] = value
  }
  return known
}

/** Returns the value of a column without one; undefined if the database or Prisma computes it. */
function initialOf({ initial, nullable, list }: PrismaColumn): unknown {
  if (initial === undefined) return nullable && !list ? null : undefined
  return initial === 'generated' ? undefined : initial.value
}

/** Returns a value as the row has it after the write; undefined if the database can store it in another form. */
function stored(field: Field | undefined, given: unknown): unknown {
  if (given === null) return null
  // The digits of a decimal are those of the database.
  if (field?.kind !== 'scalar' || field.type === 'decimal') return undefined
  const value = field.list && isArguments(given) ? given['set'] : field.type === 'date' ? dateOf(given) : given
  return isStored(field, value) === true ? value : undefined
}

/** Prisma sends a text as it is: the database rounds it to the digits of its column. */
function dateOf(given: unknown): unknown {
  return typeof given === 'string' && !/\.\d{4}/.test(given) ? new Date(given) : given
}
