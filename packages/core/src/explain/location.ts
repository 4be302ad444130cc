import type { Operand } from '../condition/condition.js'
import type { Environment } from '../filter/bind/bind.js'
import { Failed } from '../filter/bind/failure.js'

/** Reads the values of operands. */
export interface Reader {
  /** @throws Failed if the operand can't be read. */
  value(operand: Operand, environment: Environment): unknown
}

/** A field of an object that a condition reads. */
export interface Location {
  readonly object: object
  readonly field: string
}

/** Returns the field that an operand reads last; undefined if it is no field, or if its object can't be read. */
export function locationOf(reader: Reader, operand: Operand, environment: Environment): Location | undefined {
  const read = lastRead(operand)
  if (!read) return undefined
  try {
    const object = reader.value(read.of, environment)
    // The length of a list is no field.
    return typeof object === 'object' && object !== null && !Array.isArray(object)
      ? { object, field: read.field }
      : undefined
  } catch (error) {
    if (error instanceof Failed) return undefined
    throw error
  }
}

function lastRead(operand: Operand): { readonly of: Operand; readonly field: string } | undefined {
  if (operand.kind === 'field') return { of: operand.of, field: operand.step.name }
  if (operand.kind !== 'path') return undefined
  const step = operand.steps.at(-1)
  if (!step) return undefined
  return { of: { kind: 'path', root: operand.root, steps: operand.steps.slice(0, -1) }, field: step.name }
}
