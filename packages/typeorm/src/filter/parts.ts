import { type FindOperator, InstanceChecker } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { FilterOfAll } from '../rows/builders.js'

const filtered = Symbol('filtered')
const carries = Symbol('carries')

/** Prints a carrier for a column's path. */
type OfAll = (path: string) => FilterOfAll

/** Marks an operator as a part of a filter, so that it can be recognized later. */
export function partOfFilter(operator: FindOperator<unknown>, { tablePath }: EntityMetadata): FindOperator<unknown> {
  return Object.defineProperty(operator, filtered, { value: tablePath })
}

/**
 * Marks the part of a filter that selects the rows, the carrier. The other parts only require that
 * the carrier is present.
 * @param ofAll prints it for a statement that reads all rows
 */
export function carrierOfFilter(
  operator: FindOperator<unknown>,
  entity: EntityMetadata,
  ofAll: OfAll,
): FindOperator<unknown> {
  return Object.defineProperty(partOfFilter(operator, entity), carries, { value: ofAll })
}

/** Returns what prints a carrier for a statement that reads all rows; undefined for any other value. */
export function ofAllIn(value: unknown): OfAll | undefined {
  return InstanceChecker.isFindOperator(value) ? (Reflect.get(value, carries) as OfAll | undefined) : undefined
}

export function isCarrier(value: unknown): boolean {
  return InstanceChecker.isFindOperator(value) && carries in value
}

/**
 * Returns the table of the filter that an operator is a part of, or undefined for any other value.
 */
export function tableOfFilter(value: unknown): string | undefined {
  return InstanceChecker.isFindOperator(value) ? Reflect.get(value, filtered) : undefined
}

/** Returns whether a condition is or contains a part of a filter. */
export function hasFilter(where: unknown): boolean {
  return conditionsIn(where).some((one) => tableOfFilter(one) !== undefined)
}

/**
 * Returns a copy of a `where` that also stores the carrier of its filter under a new symbol. Copies
 * such as `{ ...where, id: 1 }` keep the symbol even if they lose the column that carries the
 * filter.
 */
export function withMemory<Where extends object>(where: Where, carrier: FindOperator<unknown>): Where {
  return { ...where, [Symbol('filter')]: carrier }
}

/**
 * Returns arguments of `find` that also store the carriers of their `where`. Copies with another
 * `where` keep them.
 */
export function argumentsWithMemory(rest: object, where: object): object {
  const first: unknown = Array.isArray(where) ? where[0] : where
  return { ...rest, ...memoriesOf(first), where }
}

function memoriesOf(where: unknown): Readonly<Record<symbol, unknown>> {
  if (typeof where !== 'object' || where === null) return {}
  const symbols = Object.getOwnPropertySymbols(where).filter((symbol) => isCarrier(Reflect.get(where, symbol)))
  return Object.fromEntries(symbols.map((symbol) => [symbol, Reflect.get(where, symbol)]))
}

/**
 * Returns the table of a filter that a `where` or the options around it remember but no longer
 * contain.
 */
export function replacedFilter(where: unknown): string | undefined {
  for (const one of conditionsIn(where)) {
    if (typeof one !== 'object' || one === null || InstanceChecker.isFindOperator(one)) continue
    for (const symbol of Object.getOwnPropertySymbols(one)) {
      const carrier: unknown = Reflect.get(one, symbol)
      const table = tableOfFilter(carrier)
      if (table !== undefined && !Object.values(one).some((value) => conditionsIn(value).includes(carrier)))
        return table
    }
  }
  return undefined
}

/**
 * Returns a condition and all conditions inside it. Rows used as keys can refer to each other, so
 * cycles are possible.
 */
function conditionsIn(where: unknown, found = new Set<unknown>()): unknown[] {
  if (typeof where !== 'object' || where === null || found.has(where)) return [...found]
  found.add(where)
  if (InstanceChecker.isFindOperator(where)) {
    conditionsIn(where.child ?? where.value, found)
  } else if (Array.isArray(where) || isConditions(where)) {
    for (const one of Object.values(where)) conditionsIn(one, found)
  }
  return [...found]
}

/** Returns whether an object is plain, and so not a date, bytes, or a row with lazy relations. */
function isConditions(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
