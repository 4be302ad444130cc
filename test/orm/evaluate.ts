import type { Definite, DefiniteReach, Operand, Root } from '@arcturus/core/filters'
import { type Client, Prisma } from '../prisma/documents.js'

/** A row with its relations: objects and lists of objects. */
export type Row = { [field: string]: unknown }

export interface Graph {
  readonly documents: readonly Row[]
  /** The row with a key. */
  find(model: string, key: readonly { readonly field: string; readonly value: unknown }[]): Row | null
}

/** All rows of the schema `documents`, linked with each other; read from the database, so that values are as checks see them. */
export async function readGraph(client: Client): Promise<Graph> {
  const [users, profiles, organizations, memberships, folders, tags, documents]: Row[][] = await Promise.all([
    client.user.findMany(),
    client.profile.findMany(),
    client.organization.findMany(),
    client.membership.findMany(),
    client.folder.findMany(),
    client.tag.findMany(),
    client.document.findMany({ include: { tags: true, related: true, relatedBy: true }, orderBy: { id: 'asc' } }),
  ])
  const one = (rows: readonly Row[], key: string, value: unknown): Row | null =>
    rows.find((row) => row[key] === value) ?? null
  const many = (rows: readonly Row[], key: string, value: unknown): Row[] => rows.filter((row) => row[key] === value)
  const place = (row: Row): Row | null =>
    organizations!.find((other) => other['region'] === row['orgRegion'] && other['code'] === row['orgCode']) ?? null
  for (const user of users!) {
    user['manager'] = one(users!, 'id', user['managerId'])
    user['reports'] = many(users!, 'managerId', user['id'])
    user['memberships'] = many(memberships!, 'userId', user['id'])
    user['owned'] = many(documents!, 'ownerId', user['id'])
    user['reviewed'] = many(documents!, 'reviewerId', user['id'])
    user['profile'] = one(profiles!, 'userId', user['id'])
  }
  for (const profile of profiles!) profile['user'] = one(users!, 'id', profile['userId'])
  for (const organization of organizations!) {
    organization['members'] = memberships!.filter((row) => place(row) === organization)
    organization['documents'] = documents!.filter((row) => place(row) === organization)
  }
  for (const membership of memberships!) {
    membership['user'] = one(users!, 'id', membership['userId'])
    membership['organization'] = place(membership)
  }
  for (const folder of folders!) {
    folder['parent'] = one(folders!, 'id', folder['parentId'])
    folder['children'] = many(folders!, 'parentId', folder['id'])
    folder['documents'] = many(documents!, 'folderId', folder['id'])
  }
  for (const document of documents!) {
    document['owner'] = one(users!, 'id', document['ownerId'])
    document['reviewer'] = one(users!, 'id', document['reviewerId'])
    document['folder'] = one(folders!, 'id', document['folderId'])
    document['organization'] = place(document)
    for (const [list, rows, key] of [
      ['tags', tags!, 'name'],
      ['related', documents!, 'id'],
      ['relatedBy', documents!, 'id'],
    ] as const) {
      document[list] = (document[list] as Row[]).map((row) => one(rows, key, row[key]))
    }
  }
  for (const tag of tags!) tag['documents'] = documents!.filter((row) => (row['tags'] as Row[]).includes(tag))
  const tables: Readonly<Record<string, readonly Row[]>> = {
    User: users!,
    Organization: organizations!,
    Folder: folders!,
    Tag: tags!,
    Document: documents!,
  }
  const find: Graph['find'] = (model, key) =>
    tables[model]?.find((row) => key.every(({ field, value }) => row[field] === value)) ?? null
  return { documents: documents!, find }
}

/** Thrown where a path steps through a relation that has no row: the leaf that reads it is false. */
class NoRow extends Error {}

type Rows = ReadonlyMap<Root, unknown>

/** What a definite condition means, as simply as it can be said. */
export function holds(condition: Definite, rows: Rows): boolean {
  switch (condition.kind) {
    case 'true':
      return true
    case 'false':
      return false
    case 'and':
      return condition.of.every((one) => holds(one, rows))
    case 'or':
      return condition.of.some((one) => holds(one, rows))
    case 'not':
      return !holds(condition.of, rows)
    default:
      try {
        return leafHolds(condition, rows)
      } catch (error) {
        if (error instanceof NoRow) return false
        throw error
      }
  }
}

function leafHolds(leaf: Exclude<Definite, { kind: 'true' | 'false' | 'and' | 'or' | 'not' }>, rows: Rows): boolean {
  switch (leaf.kind) {
    case 'some':
      return (read(leaf.from, rows) as unknown[]).some((row) => holds(leaf.where, new Map([...rows, [leaf.each, row]])))
    case 'reach':
      return reaches(leaf, rows)
    case 'compare': {
      const left = read(leaf.left, rows)
      const right = read(leaf.right, rows)
      if (leaf.operator === '=') return equal(left, right)
      if (leaf.operator === '!=') return !equal(left, right)
      if (left === null || right === null) return false
      const sign = compare(left, right)
      return { '<': sign < 0, '<=': sign <= 0, '>': sign > 0, '>=': sign >= 0, '==': false }[leaf.operator]
    }
    case 'in':
      return (read(leaf.list, rows) as unknown[]).some((element) => equal(read(leaf.item, rows), element))
    case 'isa':
      // The schema has no subclasses: a row that is there is of the model that the path says.
      return read(leaf.of, rows) !== null
    case 'text': {
      const of = read(leaf.of, rows)
      const part = read(leaf.part, rows)
      return typeof of === 'string' && typeof part === 'string' && of[leaf.operator](part)
    }
  }
}

/** All rows that can be reached, one after the other, until there is one for which it ends. */
function reaches({ start, each, where, steps }: DefiniteReach, rows: Rows): boolean {
  const reached = new Set<unknown>([read(start, rows)].filter((row) => row !== null))
  for (const row of reached) {
    if (holds(where, new Map([[each, row]]))) return true
    for (const { through, next, from, where } of steps) {
      let ways: Rows[] = [new Map([[each, row]])]
      for (const hop of [...through, { each: next, from }]) {
        ways = ways.flatMap((way) => relatedRows(hop.from, way).map((one) => new Map([...way, [hop.each, one]])))
      }
      for (const way of ways) if (holds(where, way)) reached.add(way.get(next))
    }
  }
  return false
}

function relatedRows(from: Operand, rows: Rows): readonly unknown[] {
  try {
    const found = read(from, rows)
    return Array.isArray(found) ? found : found === null ? [] : [found]
  } catch (error) {
    if (error instanceof NoRow) return []
    throw error
  }
}

function read(operand: Operand, rows: Rows): unknown {
  if (operand.kind === 'value') return operand.value
  if (operand.kind === 'count') return (read(operand.of, rows) as unknown[]).length
  if (operand.kind === 'arithmetic') return compute(operand, rows).value
  if (operand.kind === 'call') return [operand.of, ...operand.args].map((one) => read(one, rows)).join('')
  if (operand.kind !== 'path') throw new Error(`no ${operand.kind} here`)
  return operand.steps.reduce<unknown>((row, step) => {
    if (row === null) throw new NoRow()
    return (row as Row)[step.name]
  }, rows.get(operand.root))
}

/** A number, and whether what is calculated with it is calculated in doubles. */
interface Computed {
  readonly value: number
  readonly isFloat: boolean
}

function compute(operand: Operand, rows: Rows): Computed {
  if (operand.kind !== 'arithmetic') {
    const value = read(operand, rows)
    if (typeof value !== 'number') throw new NoRow()
    const isFloat = (operand.kind === 'value' && operand.float === true) || !Number.isSafeInteger(value)
    return { value, isFloat }
  }
  const [a, b] = [compute(operand.left, rows), compute(operand.right, rows)]
  const isFloat = a.isFloat || b.isFloat || operand.operator === '/'
  const value = calculate(operand.operator, a.value, b.value)
  // Whole numbers have one zero.
  return { value: isFloat ? value : value + 0, isFloat }
}

function calculate(operator: Extract<Operand, { kind: 'arithmetic' }>['operator'], a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
    case 'rem':
      return a % b
    case 'mod':
      return ((a % b) + b) % b
  }
}

function equal(left: unknown, right: unknown): boolean {
  if (isNumber(left) && isNumber(right)) return compare(left, right) === 0
  if (left instanceof Date && right instanceof Date) return left.getTime() === right.getTime()
  return left === right
}

function compare(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number')
    return left < right ? -1 : left > right ? 1 : left === right ? 0 : Number.NaN
  if (isNumber(left) && isNumber(right)) return new Prisma.Decimal(String(left)).cmp(String(right))
  // The order of UTF-8 is that of code points.
  if (typeof left === 'string' && typeof right === 'string')
    return Buffer.compare(Buffer.from(left), Buffer.from(right))
  return Number(left) - Number(right)
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || Prisma.Decimal.isDecimal(value)
}
