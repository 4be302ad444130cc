import type { UnresolvedFilterError } from '@arcturus/core/internal/typeorm'
import type { FindManyOptions, ObjectLiteral } from 'typeorm'
import { misplacedFilter } from '../errors.js'
import { hasFilter, replacedFilter, tableOfFilter } from '../filter/parts.js'
import type { ExpressionMap } from '../rows/builders.js'

type Clauses = ExpressionMap['wheres']
type Condition = Clauses[number]['condition']

/**
 * @throws UnresolvedFilterError if a filter is not in a `where`, or if other options replaced it:
 * then every row would be found
 */
export function assertOptionsInPlace(
  options: FindManyOptions<ObjectLiteral>,
  earlier: FindManyOptions<ObjectLiteral> | undefined,
): void {
  assertNoOption(options)
  assertInPlace(options.where)
  const replaced = replacedFilter(options)
  if (replaced !== undefined) {
    throw misplacedFilter(`A \`where\` replaced the filter for "${replaced}".`, {
      hint: 'pass conditions as an argument: authorizedFilter(user, Entity, { where: { id } })',
    })
  }
  if (hasFilter(earlier?.where) && !hasFilter(options.where)) throw lost('A later `setFindOptions`')
}

/**
 * Rejects a filter among the options: `find({ ...where, take: 10 })` would return every row,
 * because TypeORM ignores unknown names.
 */
function assertNoOption(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    if (tableOfFilter(value) === undefined) continue
    throw misplacedFilter(`The options of a query contain a whole filter, including its key "${name}".`, {
      hint: 'use find({ where: filter.where, take: 10 }) or authorizedFilter(user, Entity, { take: 10 })',
    })
  }
}

/**
 * Checks that each filter of a `where` is complete, and that either all or none of its alternatives
 * have a filter.
 * @throws UnresolvedFilterError otherwise
 */
export function assertInPlace(where: unknown): void {
  const replaced = replacedFilter(where)
  if (replaced !== undefined) {
    throw misplacedFilter(`Another condition replaced the filter for "${replaced}" in a \`where\`.`, {
      hint: 'pass conditions as an argument: authorizedFilter(user, Entity, { where: { id } })',
    })
  }
  if (!Array.isArray(where) || !hasFilter(where) || where.every(hasFilter)) return
  throw misplacedFilter('Only some of the alternatives of a `where` have a filter.', {
    hint: 'pass all alternatives as an argument: authorizedFilter(user, Entity, { where: [{ … }, { … }] })',
  })
}

/** @throws UnresolvedFilterError if a filter is used as keys: TypeORM would read only its keys */
export function assertKeys(keys: unknown): void {
  if (!hasFilter(keys)) return
  throw misplacedFilter('A filter is used in place of keys.', {
    hint: 'use it as a condition: query.where(filter.where), repository.findBy(filter.where)',
  })
}

/** @throws UnresolvedFilterError if a filter is used as a row to save or remove */
export function assertNoRow(given: unknown): void {
  if (!hasFilter(given)) return
  throw misplacedFilter('A filter is used in place of a row.', {
    hint: 'use it as criteria: repository.delete(filter.where), repository.update(filter.where, changes)',
  })
}

/**
 * @param carriers SQL of the filters that were put into the conditions of a query
 * @throws UnresolvedFilterError if a later `where` replaced one of them, or if an alternative
 * (`orWhere`) has none
 */
export function assertFiltersKept(wheres: Clauses, carriers: ReadonlySet<string>): void {
  const texts = textsIn(wheres)
  for (const carrier of carriers) if (!texts.some((text) => text.includes(carrier))) throw lost('A later `where`')
  if (!isFiltered(wheres, carriers)) throw lost('An alternative (`orWhere`)')
}

/** Returns whether each alternative has a filter. AND binds closer than OR. */
function isFiltered(clauses: Clauses, carriers: ReadonlySet<string>): boolean {
  const alternatives: Clauses[] = []
  for (const clause of clauses) {
    if (alternatives.length === 0 || clause.type === 'or') alternatives.push([])
    alternatives.at(-1)!.push(clause)
  }
  return alternatives.every((clauses) => clauses.some(({ condition }) => hasCarrier(condition, carriers)))
}

function hasCarrier(condition: Condition, carriers: ReadonlySet<string>): boolean {
  if (typeof condition === 'string') return [...carriers].some((carrier) => condition.includes(carrier))
  if (Array.isArray(condition)) return isFiltered(condition, carriers)
  return condition.operator === 'brackets' && hasCarrier(condition.condition, carriers)
}

function textsIn(condition: Condition | undefined): readonly string[] {
  if (typeof condition === 'string') return [condition]
  if (Array.isArray(condition)) return condition.flatMap((one) => textsIn(one.condition))
  return condition && 'condition' in condition ? textsIn(condition.condition) : []
}

function lost(what: string): UnresolvedFilterError {
  return misplacedFilter(`${what} drops the filter of a query.`, {
    hint: 'use authorizedQuery or applyAuthorization: no condition replaces their filter',
  })
}
