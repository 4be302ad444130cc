/** A mistake that a printer could make, planted in what it hands on. */
export interface Planted {
  /** Of which ORM and database, such as `TypeORM on SQLite`. */
  readonly orm: RegExp
  /** What becomes of the text of a query. */
  readonly sql?: (text: string) => string
  /** What becomes of a `where` of Prisma's, or of a part of it. */
  readonly where?: (part: Where) => Where
  /** Whether references that are not kept are taken for kept. */
  readonly references?: boolean
}

export type Where = Readonly<Record<string, unknown>>

const typeorm = /^TypeORM on SQLite/
const prisma = /^Prisma on SQLite/

/** By what they do: the fuzz test has to find each. */
export const planted: Readonly<Record<string, Planted>> = {
  'a row deleted softly that counts': {
    orm: typeorm,
    sql: replaced(/"arc_\w+"\."(?:its )?deletedAt" IS NULL/g, '1=1'),
  },
  // TypeORM's own text of a class is `"row_class" IN (?)`.
  'a class that is not asked for': {
    orm: typeorm,
    sql: replaced(/"\w+"\."row_class"[^?()]* = \?/g, '? IS NOT NULL'),
  },
  'rows of a relation that are not those of the row': {
    orm: typeorm,
    sql: replaced(/ WHERE "arc_\w+"\."[^"]+" = "[^"]+"\."[^"]+" AND /g, ' WHERE '),
  },
  'NULL that equals nothing': { orm: typeorm, sql: replaced(/ IS (?!NULL|NOT)/g, ' = ') },
  'NULL that differs from nothing': { orm: typeorm, sql: replaced(/ IS NOT (?!NULL)/g, ' <> ') },
  'a column that is not asked to be there': {
    orm: typeorm,
    sql: replaced(/("arc_\w+"|"r"|"\w+")\."[^"]+" IS NOT NULL/g, '1=1'),
  },
  'a reference of several columns that leads to a row by one of them': {
    orm: typeorm,
    sql: replaced(/( = ("[^"]+")\."[^"]+") AND \2\."[^"]+" IS NOT NULL/g, '$1'),
  },
  'OR for AND': { orm: typeorm, sql: replaced(/ AND (?="arc_)/, ' OR ') },
  'a collation of MariaDB': {
    orm: /^TypeORM on MariaDB/,
    sql: replaced(/CAST\(CONVERT\(([^()]+) USING utf8mb4\) AS BINARY\)/g, '$1'),
  },
  'a reference that counts as its row to TypeORM': { orm: typeorm, references: true },
  'a reference that counts as its row to Prisma': { orm: prisma, references: true },
  'NaN that is in an order': {
    orm: /^TypeORM on PostgreSQL/,
    sql: replaced(/CAST\('NaN' AS double precision\)/g, "CAST('1e-300' AS double precision)"),
  },
  'a list of keys cut off': { orm: prisma, where: (part) => cut(part) },
  '`every` for `none`': {
    orm: prisma,
    where: ({ none, ...rest }) => (none === undefined ? rest : { ...rest, every: none }),
  },
  'a null that is forgotten beside `not`': { orm: prisma, where: (part) => withoutNull(part) },
  'a to-one hop without its row': {
    orm: prisma,
    where: ({ is, ...rest }) => (is === null ? { ...rest, isNot: null } : is === undefined ? rest : { ...rest, is }),
  },
}

function replaced(pattern: RegExp, by: string): (text: string) => string {
  return (text) => text.replace(pattern, by)
}

function cut(part: Where): Where {
  const list = part['in']
  return Array.isArray(list) && list.length > 1 ? { ...part, in: list.slice(0, -1) } : part
}

function withoutNull(part: Where): Where {
  const arms = part['OR']
  if (!Array.isArray(arms) || arms.length < 2) return part
  const isNull = (arm: Where): boolean => Object.values(arm).includes(null)
  const kept = (arms as readonly Where[]).filter((arm) => !isNull(arm))
  return kept.length === 0 ? part : { ...part, OR: kept }
}

/** A `where` in which every part is changed. */
export function changedWhere(part: unknown, change: (part: Where) => Where): unknown {
  if (Array.isArray(part)) return part.map((one) => changedWhere(one, change))
  if (typeof part !== 'object' || part === null || Object.getPrototypeOf(part) !== Object.prototype) return part
  const inside = Object.fromEntries(Object.entries(part).map(([name, one]) => [name, changedWhere(one, change)]))
  return change(inside)
}
