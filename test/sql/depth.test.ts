import type { Definite, Path } from '@arcturus/core/filters'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DefiniteReach, Variable } from '../../packages/core/src/condition/condition.js'
import { sqlTablesOf } from '../../packages/prisma/src/filter/sqlTables.js'
import { resourceOf, span, value, variableOf } from '../orm/conditions.js'
import { openDatabases } from '../prisma/databases.js'
import { type Client, known, openDocuments, schemas } from '../prisma/documents.js'
import { plainDatabase } from '../prisma/plainDatabase.js'
import { castDocuments, printQuery, type Query } from './query.js'

/** More than MariaDB goes down by itself, and more than any call stack. */
const depth = 5000
const databases = await openDatabases('sqldepth', ['sqlite', 'postgresql', 'mysql'])

describe.each(databases)('A recursion on $name', (database) => {
  const dialect = known(database.provider)
  const tables = sqlTablesOf(schemas[dialect], { facts: plainDatabase(schemas[dialect]) })
  const quote = dialect === 'mysql' ? '`' : '"'
  const folder = resourceOf('Folder')
  let prisma: Client
  beforeAll(async () => {
    prisma = await openDocuments(database)
    await prisma.$executeRawUnsafe(`CREATE INDEX folders ON ${quote}Folder${quote} (${quote}parentId${quote})`)
    // A chain of folders, each in the one before; and two that are in each other.
    const chain = Array.from({ length: depth }, (_, at) => ({ id: at + 1, name: at === 0 ? 'top' : null }))
    await prisma.folder.createMany({ data: chain })
    await prisma.$executeRawUnsafe(`UPDATE ${quote}Folder${quote} SET ${quote}parentId${quote} = id - 1 WHERE id > 1`)
    await prisma.folder.createMany({ data: [{ id: 9001 }, { id: 9002 }, { id: 9003, name: 'beside' }] })
    await prisma.folder.update({ where: { id: 9001 }, data: { parentId: 9002 } })
    await prisma.folder.update({ where: { id: 9002 }, data: { parentId: 9001 } })
    await prisma.folder.update({ where: { id: 9003 }, data: { parentId: 9003 } })
    // As databases do by themselves, after a while.
    await prisma.$executeRawUnsafe(`ANALYZE ${dialect === 'mysql' ? 'TABLE ' : ''}${quote}Folder${quote}`)
  }, 120_000)
  afterAll(async () => {
    await prisma?.$disconnect()
    await database.close()
  }, 60_000)

  const run = async ({ sql, values }: Query): Promise<number[]> => {
    const statement = `SELECT id FROM ${quote}Folder${quote} AS ${quote}row${quote} WHERE ${sql} ORDER BY id`
    // MariaDB ends a recursion after 1,000 levels with a mere warning.
    const limited =
      dialect === 'mysql' ? `SET STATEMENT max_recursive_iterations = 4294967295 FOR ${statement}` : statement
    const rows = await prisma.$queryRawUnsafe<{ id: number | bigint }[]>(limited, ...values)
    return rows.map((row) => Number(row.id))
  }
  const reach = (relation: 'parent' | 'children', where: (each: Variable) => Definite): DefiniteReach => {
    const [each, next] = [variableOf('each', 'Folder'), variableOf('next', 'Folder')]
    const from: Path = { kind: 'path', root: each, steps: [{ name: relation, model: 'Folder', span }] }
    const start: Path = { kind: 'path', root: folder, steps: [] }
    return {
      kind: 'reach',
      start,
      each,
      where: where(each),
      steps: [{ next, through: [], from, where: { kind: 'true' } }],
      span,
    }
  }
  const column = (root: Variable, name: string): Path => ({
    kind: 'path',
    root,
    steps: [{ name, model: 'Folder', span }],
  })
  const named =
    (name: string) =>
    (each: Variable): Definite => ({
      kind: 'compare',
      operator: '=',
      left: column(each, 'name'),
      right: value(name),
      span,
    })
  const print = (condition: Definite): Query => printQuery(condition, dialect, tables, castDocuments)

  it(`goes ${depth} levels up`, async () => {
    const query = print(reach('parent', named('top')))
    expect(query.recursive).toBe(true)
    expect(await run(query)).toHaveLength(depth)
  }, 60_000)

  it(`goes ${depth} levels down`, async () => {
    const last = (each: Variable): Definite => ({
      kind: 'compare',
      operator: '=',
      left: column(each, 'id'),
      right: value(depth),
      span,
    })
    expect(await run(print(reach('children', last)))).toHaveLength(depth)
  }, 60_000)

  it('ends if rows lead to each other or to themselves', async () => {
    expect(await run(print(reach('parent', named('beside'))))).toEqual([9003])
    const one = (each: Variable): Definite => ({
      kind: 'compare',
      operator: '=',
      left: column(each, 'id'),
      right: value(9002),
      span,
    })
    expect(await run(print(reach('parent', one)))).toEqual([9001, 9002])
    expect(await run(print({ kind: 'not', of: reach('parent', named('top')) }))).toEqual([9001, 9002, 9003])
  }, 60_000)
})
