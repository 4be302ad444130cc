import { type Compare, Fault, isNumeric, type Operand, type Root, type Schema } from '@arcturus/core/internal/explain'
/** Returns the values of the roots of a part of a condition. */
export interface Scope {
  (root: Root): Operand | undefined
  /** Returns the argument that the caller of a definition passes for a parameter. */
  readonly argumentOf?: ((root: Root) => Argument | undefined) | undefined
}

/** An operand, and the scope that it is evaluated in. */
export interface Argument {
  readonly operand: Operand
  readonly scope: Scope
}

/** Reads the values of operands. */
export interface Reader {
  readonly schema: Schema
  /** @throws Fault if the operand can't be read. */
  value(operand: Operand, scope: Scope): unknown
}

/** A field of a row, or of an object in one, that a condition reads. A name of the context is one of its reader. */
export interface Location {
  readonly object: object
  readonly field: string
}

/** Returns an operand as the outermost caller names it: a parameter is the argument that it passes. */
export function named(operand: Operand, scope: Scope): Argument {
  const argument = operand.kind === 'path' && operand.steps.length === 0 ? scope.argumentOf?.(operand.root) : undefined
  return argument ? named(argument.operand, argument.scope) : { operand, scope }
}

/**
 * Returns the operands of a comparison, first the one that is to change: the field of a row of a list rather than what it
 * is compared with, as `role.repository` in `issue.repository = role.repository`.
 */
export function sidesOf({ left, right }: Compare, scope: Scope): readonly [Operand, Operand] {
  const isOfRow = (of: Operand): boolean => {
    const { operand } = named(of, scope)
    return operand.kind === 'path' && operand.root.kind === 'variable'
  }
  return isOfRow(right) && !isOfRow(left) ? [right, left] : [left, right]
}

/** Returns the field that an operand reads last; undefined if it is no field, or if its object can't be read. */
export function locationOf(reader: Reader, of: Operand, from: Scope): Location | undefined {
  const { operand, scope } = named(of, from)
  if (operand.kind === 'constant') {
    const { context } = reader.schema
    return context.fields.has(operand.name)
      ? { object: reader.schema.constant(operand.name), field: 'value' }
      : undefined
  }
  const read = lastRead(operand)
  if (!read) return undefined
  try {
    const object = reader.value(read.of, scope)
    return hasFields(object) ? { object, field: read.field } : undefined
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

/** Returns whether a value is an object with fields. The length of a list and the day of a date are none. */
function hasFields(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return !(Array.isArray(value) || value instanceof Date || isNumeric(value) || ArrayBuffer.isView(value))
}

function lastRead(operand: Operand): { readonly of: Operand; readonly field: string } | undefined {
  if (operand.kind === 'field') return { of: operand.of, field: operand.step.name }
  if (operand.kind !== 'path') return undefined
  const step = operand.steps.at(-1)
  if (!step) return undefined
  return { of: { kind: 'path', root: operand.root, steps: operand.steps.slice(0, -1) }, field: step.name }
}
