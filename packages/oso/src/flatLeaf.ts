import type { Compare, In, IsA, Operand, Root, Span, Text } from '@arcturus/core/internal/oso'
import type { Datum, FilterCondition } from './filter.js'
import type { ColumnPlace, Flattening, Group, Join, Place, RowPlace } from './flatJoins.js'
import { unsupported, withJoin } from './flatJoins.js'
import { Relation } from './relation.js'

type Path = Extract<Operand, { kind: 'path' }>
type Comparison = FilterCondition['cmp']

/**
 * Returns the place that a path leads to.
 * @param row - the variable of a quantifier over the path's rows.
 */
export function placeOf(path: Path, context: Flattening, span: Span, row?: Root): Place {
  let at = startOf(path.root, context, span)
  for (const [index, step] of path.steps.entries()) {
    const isLast = index === path.steps.length - 1
    const field = context.types.get(at.table)?.fields.get(step.name)
    if (!(field instanceof Relation)) {
      if (!isLast) throw unsupported(`A field of ${at.table}.${step.name}, which is no relation,`, step.span)
      return context.joinsKeys ? joinedColumn(at, step.name) : columnOf(at, step.name)
    }
    if (field.kind === 'many' && !(isLast && row)) throw unsupported(`The list ${at.table}.${step.name}`, step.span)
    at = joined(at, step.name, field, isLast ? row : undefined, step.span)
  }
  return at
}

function startOf(root: Root, { tables, model }: Flattening, span: Span): RowPlace {
  const place = tables.get(root)
  if (place?.kind === 'row') return place
  if (root.kind !== 'resource') throw unsupported(`The value of ${root.name}`, span)
  return { kind: 'row', table: model, joins: [], from: undefined }
}

function joined(at: RowPlace, field: string, relation: Relation, row: Root | undefined, span: Span): RowPlace {
  const { otherType } = relation
  const join: Join = { fromTypeName: at.table, fromFieldName: field, toTypeName: otherType, row }
  return {
    kind: 'row',
    table: otherType,
    joins: withJoin(at.joins, join, span),
    from: relation.kind === 'one' ? { place: at, relation } : undefined,
  }
}

/**
 * Returns a column. The column on the other side of a to-one relation is its foreign key, which
 * needs no join.
 */
function columnOf(at: RowPlace, field: string): ColumnPlace {
  const { from } = at
  if (from && from.relation.otherField === field) {
    return { ...columnOf(from.place, from.relation.myField), mayBeNoRow: true }
  }
  return joinedColumn(at, field)
}

function joinedColumn({ table, joins }: RowPlace, field: string): ColumnPlace {
  return { kind: 'column', table, field, joins, mayBeNoRow: false }
}

/** Returns the groups of a condition that is neither `and`, `or` nor `some`. */
export function leafGroups(
  condition: Compare | In | IsA | Text,
  negated: boolean,
  context: Flattening,
): readonly Group[] {
  switch (condition.kind) {
    case 'compare':
      return compareGroups(condition, context)
    case 'in':
      return inGroups(condition, negated, context)
    case 'isa':
      return classGroups(condition, context)
    case 'text':
      throw unsupported('A part of a text', condition.span)
  }
}

const comparisons: Readonly<Record<Compare['operator'], Comparison>> = {
  '=': 'Eq',
  '==': 'Eq',
  '!=': 'Neq',
  '<': 'Lt',
  '<=': 'Leq',
  '>': 'Gt',
  '>=': 'Geq',
}

/** A side of a comparison. */
type Side = { readonly kind: 'value'; readonly value: unknown } | Place

function compareGroups({ operator, left, right, span }: Compare, context: Flattening): readonly Group[] {
  const [a, b] = [sideOf(left, context, span), sideOf(right, context, span)]
  const cmp = comparisons[operator]
  if (a.kind === 'row' || b.kind === 'row') return rowGroups(a, b, cmp, span)
  return comparison(a, cmp, b, guards(a, b, cmp), span)
}

/**
 * Returns the comparison of two sides, preceded by other conditions. A comparison of a side with
 * itself is decided at once.
 */
function comparison(
  a: Side,
  cmp: Comparison,
  b: Side,
  before: readonly FilterCondition[],
  span: Span,
): readonly Group[] {
  const settled = group([a, b], before, span)
  if (!isSameSide(a, b)) return [{ ...settled, conditions: [...before, { lhs: datum(a), cmp, rhs: datum(b) }] }]
  return cmp === 'Eq' || cmp === 'Leq' || cmp === 'Geq' ? [settled] : []
}

/** Whether two sides are the same value of the same row. A joined table can be the model's own. */
function isSameSide(a: Side, b: Side): boolean {
  if (a.kind === 'value' || b.kind === 'value' || a.table !== b.table || a.joins.length !== b.joins.length) return false
  const sameRow = a.joins.every((join, at) => {
    const other = b.joins[at]!
    return (
      join.fromTypeName === other.fromTypeName && join.fromFieldName === other.fromFieldName && join.row === other.row
    )
  })
  if (!sameRow) return false
  return a.kind === 'column' ? b.kind === 'column' && a.field === b.field : b.kind === 'row'
}

function sideOf(operand: Operand, context: Flattening, span: Span): Side {
  if (operand.kind === 'value') return operand
  if (operand.kind === 'path') return placeOf(operand, context, span)
  throw unsupported('A computed value', span)
}

/**
 * A column is of its declared class unless it is nil. For rows, only their own values could decide.
 */
function classGroups({ of, model, span }: IsA, context: Flattening): readonly Group[] {
  const place = sideOf(of, context, span)
  const declared = place.kind === 'column' ? context.types.get(place.table)?.fields.get(place.field) : undefined
  if (place.kind !== 'column' || declared === undefined || declared !== context.types.get(model)?.cls) {
    throw unsupported(`Whether a row is a ${model}`, span)
  }
  return [group([place], [{ lhs: datum(place), cmp: 'Neq', rhs: { value: null } }], span)]
}

/**
 * Returns the conditions that a side is not nil: the sides of an ordering, and steps without a
 * join.
 */
function guards(a: Side, b: Side, cmp: Comparison): readonly FilterCondition[] {
  const isOrder = cmp !== 'Eq' && cmp !== 'Neq'
  return [a, b].flatMap((side): FilterCondition[] =>
    side.kind === 'column' && (isOrder || side.mayBeNoRow)
      ? [{ lhs: datum(side), cmp: 'Neq', rhs: { value: null } }]
      : [],
  )
}

function rowGroups(a: Side, b: Side, cmp: Comparison, span: Span): readonly Group[] {
  if (cmp !== 'Eq' && cmp !== 'Neq') throw unsupported('An order of rows', span)
  const [row, other] = a.kind === 'row' ? [a, b] : [b as RowPlace, a]
  if (other.kind === 'value' && other.value === null) return nilGroups(row, cmp, span)
  const keys = keysOf(row, other)
  if (keys) {
    // A to-one relation is compared by its foreign key, so that rows without one are compared as
    // well.
    return comparison(keys[0], cmp, keys[1], [], span)
  }
  if (row.from && cmp === 'Neq') throw unsupported('That a relation leads to another row, or to none,', span)
  return comparison(row, cmp, other, [], span)
}

/** Returns the test whether a row exists; for a to-one relation, by its foreign key. */
function nilGroups(row: RowPlace, cmp: 'Eq' | 'Neq', span: Span): readonly Group[] {
  if (!row.from) return cmp === 'Eq' ? [] : [group([row], [], span)]
  const key = columnOf(row.from.place, row.from.relation.myField)
  return [group([key], [{ lhs: datum(key), cmp, rhs: { value: null } }], span)]
}

/**
 * Returns the columns that are equal exactly when the row is the other one, if a to-one relation
 * has them.
 */
function keysOf(row: RowPlace, other: Side): readonly [Side, Side] | undefined {
  const relation = row.from?.relation ?? (other.kind === 'row' ? other.from?.relation : undefined)
  if (!relation) return undefined
  const [a, b] = [keyOf(row, relation), keyOf(other, relation)]
  return a && b && [a, b]
}

function keyOf(side: Side, { otherField, otherType }: Relation): Side | undefined {
  switch (side.kind) {
    case 'value': {
      const key: unknown =
        typeof side.value === 'object' && side.value !== null ? Reflect.get(side.value, otherField) : undefined
      return key === null || key === undefined ? undefined : { kind: 'value', value: key }
    }
    case 'row':
      if (side.table !== otherType) return undefined
      return { ...columnOf(side, otherField), mayBeNoRow: false }
    case 'column':
      return undefined
  }
}

function inGroups({ item, list, span }: In, negated: boolean, context: Flattening): readonly Group[] {
  const a = sideOf(item, context, span)
  if (list.kind === 'value' && Array.isArray(list.value)) {
    const cmp = negated ? 'Neq' : 'Eq'
    const tests = list.value.map((value: unknown): FilterCondition => ({ lhs: { value }, cmp, rhs: datum(a) }))
    if (negated) return [group([a], [...guards(a, a, cmp), ...tests], span)]
    return tests.map((test) => group([a], [...guards(a, a, cmp), test], span))
  }
  const b = sideOf(list, context, span)
  if (b.kind !== 'column') throw unsupported('A list that is no column', span)
  // nil has no elements, and a search in it is an error.
  const readable: FilterCondition = { lhs: datum(b), cmp: 'Neq', rhs: { value: null } }
  return [group([a, b], [readable, { lhs: datum(a), cmp: negated ? 'Nin' : 'In', rhs: datum(b) }], span)]
}

function datum(side: Side): Datum {
  switch (side.kind) {
    case 'value':
      return { value: side.value }
    case 'row':
      return { typeName: side.table }
    case 'column':
      return { typeName: side.table, fieldName: side.field }
  }
}

function group(sides: readonly Side[], conditions: readonly FilterCondition[], span: Span): Group {
  const joins = sides.flatMap((side) => (side.kind === 'value' ? [] : side.joins))
  return { joins: joins.reduce<readonly Join[]>((all, join) => withJoin(all, join, span), []), conditions }
}
