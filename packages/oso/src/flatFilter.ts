import {
  type Definite,
  type DefiniteSome,
  type Operand,
  type Root,
  type Span,
  spanOf,
  UnsupportedFilterError,
} from '@arcturus/core/internal/oso'
import { type Datum, type FilterCondition, type FilterRelation, isProjection } from './filter.js'
import type { Flattening, Group } from './flatJoins.js'
import { relationKey, unsupported, withJoin } from './flatJoins.js'
import { leafGroups, placeOf } from './flatLeaf.js'
import { Relation } from './relation.js'
import type { HostTypes } from './types.js'
import { withoutClassTests } from './withoutClassTests.js'

/** Rows described by inner joins that all groups share. */
export interface FlatFilter {
  readonly relations: FilterRelation[]
  readonly conditions: FilterCondition[][]
}

const maxGroups = 10_000
const never: FilterCondition = { lhs: { value: true }, cmp: 'Eq', rhs: { value: false } }

/**
 * Converts a condition to a disjunction of conjunctions over inner joins.
 * @throws UnsupportedFilterError if the result would describe other rows. This includes
 * alternatives with different joins, two rows of one table, negated quantifiers, subclasses, and
 * parts of texts.
 */
export function flatFilter(model: string, types: HostTypes, condition: Definite): FlatFilter {
  try {
    // As oso writes it.
    return flattened(model, types, condition, true)
  } catch (error) {
    if (!(error instanceof UnsupportedFilterError)) throw error
    return flattened(model, types, condition, false)
  }
}

function flattened(model: string, types: HostTypes, condition: Definite, joinsKeys: boolean): FlatFilter {
  const context: Flattening = { types, tables: new Map(), model, joinsKeys }
  const groups = groupsOf(withoutClassTests(model, types, condition), context)
  if (groups.some(({ joins }) => joins.some(({ toTypeName }) => toTypeName === model)))
    throw unsupported(`A second row of ${model}`, spanOf(condition))
  if (groups.length === 0) return { relations: [], conditions: [[never]] }
  const relations = sharedJoins(groups, types, spanOf(condition))
  return { relations, conditions: groups.map((group) => withoutJoined(group, types)) }
}

/** Returns the conditions of a group without those that its joins ensure: that a reference is not nil. */
function withoutJoined({ conditions, joins }: Group, types: HostTypes): FilterCondition[] {
  return conditions.filter(({ lhs, cmp, rhs }) => {
    if (cmp !== 'Neq' || isProjection(rhs) || rhs.value !== null || !isProjection(lhs)) return true
    return !joins.some(({ fromTypeName, fromFieldName }) => {
      const relation = types.get(fromTypeName)?.fields.get(fromFieldName)
      return fromTypeName === lhs.typeName && relation instanceof Relation && relation.myField === lhs.fieldName
    })
  })
}

/**
 * Returns the joins of all groups.
 * @throws UnsupportedFilterError if a group can be true for rows that lack one of them.
 */
function sharedJoins(groups: readonly Group[], types: HostTypes, span: Span | undefined): FilterRelation[] {
  const all = new Map<string, FilterRelation>()
  for (const { joins } of groups) for (const join of joins) all.set(relationKey(join), relationOf(join))
  const tables = new Set([...all.values()].map(({ toTypeName }) => toTypeName))
  if (tables.size < all.size) throw unsupported('Two ways to one table', span)
  for (const group of groups) {
    const own = new Set(group.joins.map(relationKey))
    for (const [key, join] of all) {
      if (own.has(key) || implies(group, join, types)) continue
      throw unsupported(
        'That its alternatives are about different relations, so that joins would lose the rows that lack one of them,',
        span,
      )
    }
  }
  return [...all.values()]
}

/**
 * Whether two conditions compare the same columns, or one column with the same value, by the same
 * operator.
 */
function isSame(one: FilterCondition, other: FilterCondition): boolean {
  const isSameDatum = (a: Datum, b: Datum): boolean =>
    isProjection(a) && isProjection(b)
      ? a.typeName === b.typeName && a.fieldName === b.fieldName
      : 'value' in a && 'value' in b && a.value === b.value
  return one.cmp === other.cmp && isSameDatum(one.lhs, other.lhs) && isSameDatum(one.rhs, other.rhs)
}

/**
 * Whether the rows of a group have a foreign key that is not nil, so that the join finds the
 * referenced row.
 */
function implies({ conditions }: Group, { fromTypeName, fromFieldName }: FilterRelation, types: HostTypes): boolean {
  const relation = types.get(fromTypeName)?.fields.get(fromFieldName)
  if (!(relation instanceof Relation) || relation.kind === 'many') return false
  return conditions.some(({ lhs, cmp, rhs }) => {
    const [side, other] = isProjection(lhs) ? [lhs, rhs] : [rhs, lhs]
    if (!isProjection(side) || isProjection(other) || side.typeName !== fromTypeName) return false
    if (side.fieldName === relation.myField)
      return cmp === 'Eq' ? other.value !== null : cmp === 'Neq' && other.value === null
    if (side.fieldName !== undefined || cmp !== 'Eq' || typeof other.value !== 'object' || other.value === null)
      return false
    const key: unknown = Reflect.get(other.value, relation.myField)
    return key !== null && key !== undefined
  })
}

function relationOf({ fromTypeName, fromFieldName, toTypeName }: FilterRelation): FilterRelation {
  return { fromTypeName, fromFieldName, toTypeName }
}

function groupsOf(condition: Definite, context: Flattening): readonly Group[] {
  switch (condition.kind) {
    case 'true':
      return [{ joins: [], conditions: [] }]
    case 'false':
      return []
    case 'or':
      return limited(condition.of.flatMap((one) => groupsOf(one, context)))
    case 'and':
      return condition.of
        .map((one) => groupsOf(one, context))
        .reduce((left, right) => both(left, right, spanOf(condition)))
    case 'not':
      if (condition.of.kind === 'in') return leafGroups(condition.of, true, context)
      throw unsupported(
        condition.of.kind === 'some' ? 'That no row of a relation is such' : 'A negated class test or part of a text',
        condition.of.span,
      )
    case 'some':
      return someGroups(condition, context)
    case 'reach':
      throw unsupported('A recursion along relations', condition.span)
    case 'compare':
    case 'in':
    case 'isa':
    case 'text':
      return leafGroups(condition, false, context)
    default:
      return condition satisfies never
  }
}

/** Returns the conjunction of every group on the left with every group on the right. */
function both(left: readonly Group[], right: readonly Group[], span: Span | undefined): readonly Group[] {
  if (left.length * right.length > maxGroups) throw tooLarge()
  return left.flatMap((a) =>
    right.map((b) => ({
      joins: b.joins.reduce((joins, join) => withJoin(joins, join, span), a.joins),
      conditions: [...a.conditions, ...b.conditions.filter((one) => !a.conditions.some((other) => isSame(one, other)))],
    })),
  )
}

function someGroups({ each, from, where, span }: DefiniteSome, context: Flattening): readonly Group[] {
  if (from.kind !== 'path') throw unsupported('A row of what is no relation', span)
  const place = placeOf(from, context, span, each)
  if (place.kind === 'column') return elementGroups({ kind: 'some', each, from, where, span }, context)
  const tables = new Map([...context.tables, [each as Root, place] as const])
  return groupsOf(where, { ...context, tables }).flatMap((group) =>
    both([{ joins: place.joins, conditions: [] }], [group], span),
  )
}

/** The only supported condition on a list column is that it contains an element. */
function elementGroups({ each, from, where, span }: DefiniteSome, context: Flattening): readonly Group[] {
  if (where.kind === 'true') throw unsupported('That a list is not empty', span)
  if (where.kind === 'or')
    return where.of.flatMap((one) => elementGroups({ kind: 'some', each, from, where: one, span }, context))
  if (where.kind === 'compare' && where.operator === '=') {
    const item = isEach(where.left, each) ? where.right : isEach(where.right, each) ? where.left : undefined
    if (item && !(item.kind === 'path' && item.root === each))
      return leafGroups({ kind: 'in', item, list: from, span }, false, context)
  }
  throw unsupported('A condition on the elements of a list', span)
}

function isEach(operand: Operand, each: Root): boolean {
  return operand.kind === 'path' && operand.root === each && operand.steps.length === 0
}

function limited(groups: readonly Group[]): readonly Group[] {
  if (groups.length > maxGroups) throw tooLarge()
  return groups
}

function tooLarge(): UnsupportedFilterError {
  return new UnsupportedFilterError('filter-too-large', `The filter has more than ${maxGroups} alternatives.`)
}
