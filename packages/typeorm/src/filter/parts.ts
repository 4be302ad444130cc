import { type FindOperator, InstanceChecker } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'

const filtered = Symbol('filtered')
const carries = Symbol('carries')

/** An operator that is known again as a part of a filter. */
export function partOfFilter(operator: FindOperator<unknown>, { tablePath }: EntityMetadata): FindOperator<unknown> {
  return Object.defineProperty(operator, filtered, { value: tablePath })
}

/** The part that decides which rows are left; the others of a filter only demand that it is there. */
export function carrierOfFilter(operator: FindOperator<unknown>, entity: EntityMetadata): FindOperator<unknown> {
  return Object.defineProperty(partOfFilter(operator, entity), carries, { value: true })
}

export function isCarrier(value: unknown): boolean {
  return InstanceChecker.isFindOperator(value) && carries in value
}

/** The table whose rows a filter is for, by a part of it. */
export function tableOfFilter(value: unknown): string | undefined {
  return InstanceChecker.isFindOperator(value) ? Reflect.get(value, filtered) : undefined
}

/** Whether a condition is, or holds, a part of a filter. */
export function hasFilter(where: unknown): boolean {
  return conditionsIn(where).some((one) => tableOfFilter(one) !== undefined)
}

/**
 * A `where` that remembers its filter under a symbol of its own. A copy (`{ ...where, id: 1 }`) has it too, even if it has lost the
 * column that carries the filter.
 */
export function withMemory<Where extends object>(where: Where, carrier: FindOperator<unknown>): Where {
  return { ...where, [Symbol('filter')]: carrier }
}

/** Arguments of a `find` that remember the filter of their `where`, as do copies with another `where`. */
export function argumentsWithMemory(rest: object, where: object): object {
  const first: unknown = Array.isArray(where) ? where[0] : where
  return { ...rest, ...memoriesOf(first), where }
}

function memoriesOf(where: unknown): Readonly<Record<symbol, unknown>> {
  if (typeof where !== 'object' || where === null) return {}
  const symbols = Object.getOwnPropertySymbols(where).filter((symbol) => isCarrier(Reflect.get(where, symbol)))
  return Object.fromEntries(symbols.map((symbol) => [symbol, Reflect.get(where, symbol)]))
}

/** The table of a filter that a `where`, or the options that have one, remember, and no longer have. */
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

/** A condition, and all within it. Rows that stand for their keys can refer to each other. */
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

/** Not a date, bytes, or a row with relations that are loaded when they are read. */
function isConditions(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
