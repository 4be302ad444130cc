import {
  type Compare,
  type Definite,
  type In,
  invalidArgument,
  type Operand,
  type Span,
  type Text,
  UnsupportedFilterError,
} from '@arcturus/core/internal/sql'

/** A query of MongoDB, for `collection.find` and Mongoose. */
export type MongoFilter = Record<string, unknown>

const comparisons = { '=': '$eq', '!=': '$ne', '<': '$lt', '<=': '$lte', '>': '$gt', '>=': '$gte' } as const
const mirrored = { '=': '=', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

/**
 * Prints a condition as a query of MongoDB that finds no document which its check would not allow. A document without one
 * of the fields, or with an array in its place, is not found.
 *
 * @param fields - The fields that the policy reads of a document. A check is an error if one is missing. A comparison whose
 * result is the same for every value, such as that with an empty list, is not in the condition any more, so the condition
 * alone does not tell them.
 * @throws {ArgumentError} `fields` is not a list of names.
 * @throws {UnsupportedFilterError} A query of one collection cannot express the condition exactly.
 * @example
 * notes.find(mongoFilter(authorizer.filter(user, 'read', 'Note').definite(), ['ownerId']))
 */
export function mongoFilter(condition: Definite, fields: readonly string[]): MongoFilter {
  if (!Array.isArray(fields) || fields.some((name) => typeof name !== 'string'))
    throw invalidArgument('`fields` must be a list of names.', { hint: 'name the fields that the policy reads' })
  const query = print(condition)
  return fields.length === 0 ? query : { $and: [...fields.map((name) => present(name)), query] }
}

function print(condition: Definite): MongoFilter {
  switch (condition.kind) {
    case 'true':
      return {}
    case 'false':
      return { $nor: [{}] }
    case 'and':
      return { $and: condition.of.map(print) }
    case 'or':
      return { $or: condition.of.map(print) }
    case 'not': {
      const { name, test, type } = leaf(condition.of)
      return { $and: [present(name, type), { $nor: [{ [name]: test }] }] }
    }
    default: {
      const { name, test } = leaf(condition)
      return { $and: [present(name), { [name]: test }] }
    }
  }
}

interface Leaf {
  readonly name: string
  readonly test: object
  /** The type that a value must have if the test is not to be an error, if it must have one. */
  readonly type?: string | undefined
}

/** MongoDB takes a missing field for null, and an array for each of its elements. */
function present(name: string, type?: string): MongoFilter {
  return { [name]: { $exists: true, $not: { $type: 'array' }, ...(type !== undefined && { $type: [type, 'null'] }) } }
}

function leaf(condition: Definite): Leaf {
  switch (condition.kind) {
    case 'compare':
      return compare(condition)
    case 'in':
      return contains(condition)
    case 'text':
      return text(condition)
    default:
      return refuse(`a condition of kind "${condition.kind}"`, 'span' in condition ? condition.span : undefined)
  }
}

/** Returns the column of an operand, and undefined for any other operand. */
function column(operand: Operand): string | undefined {
  if (operand.kind !== 'path' || operand.root.kind !== 'resource' || operand.steps.length !== 1) return undefined
  return operand.steps[0]?.name
}

function compare({ operator, left, right, span }: Compare): Leaf {
  if (operator === '==') return refuse('the operator ==', span)
  const [field, other, as] = column(left) ? [left, right, operator] : [right, left, mirrored[operator]]
  const name = column(field)
  if (name === undefined) return refuse('a comparison of these values', span)
  // What is not equal to itself is not a number.
  if (column(other) === name && (as === '=' || as === '!='))
    return { name, test: as === '=' ? { $ne: Number.NaN } : { $eq: Number.NaN } }
  if (other.kind !== 'value') return refuse('a comparison of two columns', span)
  const value = sent(other.value, span)
  return {
    name,
    test: { [comparisons[as]]: value },
    type: as === '=' || as === '!=' ? undefined : orderedType(value, span),
  }
}

/** Returns MongoDB's name of the type whose values a value is ordered with. */
function orderedType(value: unknown, span: Span): string {
  if (value instanceof Date) return 'date'
  const types: Readonly<Record<string, string>> = {
    string: 'string',
    number: 'number',
    bigint: 'number',
    boolean: 'bool',
  }
  return types[typeof value] ?? refuse('the order of these values', span)
}

function contains({ item, list, span }: In): Leaf {
  const name = column(item)
  if (name === undefined || list.kind !== 'value') return refuse('a list that is not a value', span)
  // Sound: `in` asks about nothing else.
  const elements = [...(list.value as Iterable<unknown>)]
  return { name, test: { $in: elements.map((element) => sent(element, span)) } }
}

function text({ operator, of, part, span }: Text): Leaf {
  const name = column(of)
  if (name === undefined || part.kind !== 'value' || typeof part.value !== 'string' || part.value.includes('\0'))
    return refuse('this text test', span)
  const escaped = part.value.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  // `$` also matches before a newline at the end.
  const source = { startsWith: `^${escaped}`, endsWith: `${escaped}(?![\\s\\S])`, includes: escaped }[operator]
  return { name, test: { $regex: source }, type: 'string' }
}

/** Returns a value that MongoDB compares as a check does: no pattern, no operator, no document. */
function sent(value: unknown, span: Span): unknown {
  if (value === null || value instanceof Date || ['string', 'boolean', 'bigint'].includes(typeof value)) return value
  if (typeof value === 'number' && !Number.isNaN(value)) return value
  const isKey = typeof value === 'object' && typeof Reflect.get(value, 'equals') === 'function'
  return isKey ? value : refuse('a comparison with this value', span)
}

function refuse(what: string, span: Span | undefined): never {
  throw new UnsupportedFilterError('unsupported-filter', `MongoDB cannot express ${what}.`, { span })
}
