import type { KnownModel, Models } from '../schema/schema.js'
import type { Equality } from './equality.js'
import { Fault } from './fault.js'
import type { ValueKinds } from './kinds.js'
import { isThenable } from './thenable.js'
import { classNameOf, sameValue, valueHint } from './valueClasses.js'

/** What decides whether two parts of keys are equal. */
export interface KeyMeaning {
  readonly schema: Models
  readonly kinds: ValueKinds
  /** Compares objects of no known kind. */
  readonly equality: Equality | undefined
}

/**
 * Returns whether two parts of keys are equal. A doubt is an error and not a no, which is a yes under `not`.
 * @param model - The name of the model of one of the rows.
 * @param column - The name of the part.
 * @throws Fault `type-error` for parts of two kinds, as JSON has a text in the place of a bigint, and for a part of
 * no known kind if there is no `equality`.
 */
export function sameKeyPart(
  { schema, kinds, equality }: KeyMeaning,
  model: string,
  column: string,
  left: unknown,
  right: unknown,
): boolean | Promise<boolean> {
  if (left === right) return true
  const [a, b] = [left, right].map((part) => kindOf(schema, kinds, part))
  if (a === undefined || b === undefined) {
    if (equality && Object(left) === left && Object(right) === right) return equality(left, right)
    throw ofNoKind(model, column, a === undefined ? left : right)
  }
  if (a !== b)
    throw new Fault('type-error', `Keys of one model are a ${nameOf(a)} and a ${nameOf(b)}`, {
      hint: 'convert them: JSON.parse(text, reviver)',
      data: { part: left, other: right, model, name: column },
    })
  return sameOfKind(kinds, a, left, right)
}

/** The name of a kind of values, or the model of a class of values. */
type Kind = string | KnownModel

function kindOf(schema: Models, kinds: ValueKinds, part: unknown): Kind | undefined {
  const kind = kinds.kindOf(part)
  if (kind !== undefined) return kind
  const model = schema.baseOf(part)
  return model?.isValue ? model : undefined
}

function sameOfKind(kinds: ValueKinds, kind: Kind, left: unknown, right: unknown): boolean {
  return typeof kind === 'string' ? kinds.scalarsEqual(left, right) === true : sameValue(kind, left, right)
}

/**
 * Returns whether a column of a row and the column that it refers to agree. A column that was not selected agrees with
 * any other.
 * @returns undefined if nothing compares them.
 */
export function agree({ schema, kinds, equality }: KeyMeaning, own: unknown, other: unknown): boolean | undefined {
  if (own === other || own === undefined) return true
  // Nil refers to no row, whatever is known of it.
  if (own === null || other === null) return false
  if (other === undefined) return true
  const [a, b] = [own, other].map((part) => kindOf(schema, kinds, part))
  if (a !== undefined && b !== undefined) return a === b && sameOfKind(kinds, a, own, other)
  const same = a === b ? equality?.(own, other) : false
  return typeof same === 'boolean' ? same : undefined
}

function nameOf(kind: Kind): string {
  return typeof kind === 'string' ? kind : kind.name
}

function ofNoKind(model: string, column: string, part: unknown): Fault {
  return new Fault('type-error', `The key ${model}.${column} is ${shown(part)}, which can't be compared.`, {
    hint: isThenable(part)
      ? 'await it before the check'
      : (valueHint(part) ?? 'use texts, numbers, booleans, dates or bytes, or compare it by the option `equality`'),
    data: { part, model, name: column },
  })
}

function shown(part: unknown): string {
  if (Number.isNaN(part)) return 'NaN'
  if (typeof part === 'function') return 'a function'
  if (isThenable(part)) return 'a promise'
  if (Array.isArray(part)) return 'a list'
  return part instanceof Date ? 'an invalid date' : `an object of class ${classNameOf(part)}`
}
