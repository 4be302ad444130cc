import type { SqlRelation } from '@arcturus/sql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sqlTablesOf } from '../../packages/prisma/src/filter/sqlTables.js'
import { readSchema } from '../../packages/prisma/src/schema/readSchema.js'
import type { PrismaField, PrismaRelation } from '../../packages/prisma/src/schema/schema.js'
import { fill } from '../orm/rows.js'
import { openDatabases } from './databases.js'
import { type Client, known, openDocuments, schemas } from './documents.js'
import { plainDatabase } from './plainDatabase.js'

const databases = await openDatabases('sqltables', ['sqlite', 'postgresql', 'mysql'], 'utf8mb4_nopad_bin')

describe.each(databases)('The tables of SQL filters on $name', (database) => {
  const schema = schemas[known(database.provider)]
  const tables = sqlTablesOf(schema, { facts: plainDatabase(schema) })
  const mark = database.provider === 'mysql' ? '`' : '"'
  const name = (...path: readonly string[]): string => path.map((one) => `${mark}${one}${mark}`).join('.')
  let prisma: Client
  beforeAll(async () => {
    prisma = await openDocuments(database)
    await fill(prisma, 6)
  }, 60_000)
  afterAll(async () => {
    await prisma?.$disconnect()
    await database.close()
  })

  const columnOf = (model: string, field: string): string => {
    const found = tables.field(model, field)
    if (found?.kind !== 'column') throw new Error(`${model}.${field} is no column`)
    return found.column.name
  }
  const relationOf = (model: string, field: string): SqlRelation => {
    const found = tables.field(model, field)
    if (found?.kind !== 'relation') throw new Error(`${model}.${field} is no relation`)
    return found.relation
  }
  const isRelation = (field: PrismaField): field is PrismaRelation => field.kind === 'relation'
  const relations = schema.models.flatMap((model) =>
    model.fields.filter(isRelation).map((field) => [`${model.name}.${field.name}`, model, field] as const),
  )

  it.each(schema.models)('are the names of the table and the columns of $name', async (model) => {
    const columns = model.fields.flatMap((field) =>
      field.kind === 'relation' ? [] : [columnOf(model.name, field.name)],
    )
    const sql = `SELECT ${columns.map((one) => name(one)).join(', ')} FROM ${name(...tables.table(model.name)!.path)}`
    const delegate = Reflect.get(prisma, model.name.charAt(0).toLowerCase() + model.name.slice(1))
    expect((await prisma.$queryRawUnsafe<unknown[]>(sql)).length).toBe(await delegate.count())
  })

  it.each(relations)('join the rows of %s that Prisma does', async (_, model, field) => {
    const { link, model: other, many } = relationOf(model.name, field.name)
    const own = tables.table(model.name)!
    const others = tables.table(other)!
    const key = [...own.key.map((one) => name('o', one.name)), ...others.key.map((one) => name('r', one.name))]
    const on = (pairs: readonly (readonly [string, string])[]) => pairs.map(([a, b]) => `${a} = ${b}`).join(' AND ')
    const join =
      link.kind === 'columns'
        ? `JOIN ${name(...others.path)} r ON ${on(link.pairs.map(({ from, to }) => [name('o', from.name), name('r', to.name)]))}`
        : `JOIN ${name(...link.path)} l ON ${on(link.own.map(({ from, to }) => [name('o', from.name), name('l', to.name)]))}
           JOIN ${name(...others.path)} r ON ${on(link.other.map(({ from, to }) => [name('l', from.name), name('r', to.name)]))}`
    const sql = `SELECT ${key.map((one, at) => `${one} AS k${at}`).join(', ')} FROM ${name(...own.path)} o ${join}`
    const joined = (await prisma.$queryRawUnsafe<object[]>(sql)).map((row) => Object.values(row).join(' ')).sort()

    const keyOf = (of: string, row: object) =>
      schema.models.find((one) => one.name === of)!.key.map((one) => Reflect.get(row, one))
    const delegate = Reflect.get(prisma, model.name.charAt(0).toLowerCase() + model.name.slice(1))
    const rows: object[] = await delegate.findMany({ include: { [field.name]: true } })
    const included = rows.flatMap((row) => {
      const related = Reflect.get(row, field.name)
      const each: object[] = many ? related : related ? [related] : []
      return each.map((one) => [...keyOf(model.name, row), ...keyOf(other, one)].join(' '))
    })
    expect(joined.length).toBeGreaterThan(0)
    expect(joined).toEqual(included.sort())
  })

  it('are the values of an enum as the database has them', async () => {
    const found = tables.field('Document', 'visibility')
    const type = found?.kind === 'column' ? found.column.type : undefined
    const values = type?.kind === 'enum' ? type.values : new Map<string, string>()
    const column = name('visibility')
    const sql = `SELECT ${database.provider === 'mysql' ? column : `CAST(${column} AS TEXT)`} AS v FROM ${name('docs')} WHERE ${column} IS NOT NULL`
    const stored = (await prisma.$queryRawUnsafe<{ v: string }[]>(sql)).map(({ v }) => v).sort()
    const rows = await prisma.document.findMany({ where: { visibility: { not: null } } })
    expect(stored).toContain('int')
    expect(stored).toEqual(rows.map((row) => values.get(row.visibility!)).sort())
  })
})

const text = (provider: string, blocks: string) =>
  readSchema(`datasource db {\n  provider = "${provider}"\n}\n${blocks}`)

describe('The tables of SQL filters for', () => {
  const schema = text(
    'postgresql',
    `
    model Post {
      id      Int    @id
      text    String
      folded  String @db.Citext
      padded  String @db.Char(3)
      short   Int    @db.SmallInt
      uuid    String @db.Uuid
      at      DateTime @db.Timestamptz(6)
      day     DateTime @db.Date
      time    DateTime @db.Time(3)
      json    Json
      list    String[]
      ownerId Int
      owner   User   @relation(fields: [ownerId], references: [id])
      tags    Tag[]
      @@map("posts")
      @@schema("zeta")
    }
    model Tag {
      id    Int    @id
      posts Post[]
      @@schema("alpha")
    }
    model User {
      id    Int    @id
      posts Post[]
      sum   Summary?
      @@schema("alpha")
    }
    view Summary {
      userId Int  @unique
      user   User @relation(fields: [userId], references: [id])
      @@schema("alpha")
    }`,
  )
  const tables = sqlTablesOf(schema, { facts: plainDatabase(schema) })
  const typeOf = (field: string, of = tables) => {
    const found = of.field('Post', field)
    return found?.kind === 'column' ? found.column.type : undefined
  }
  const relationOf = (model: string, field: string) => {
    const found = tables.field(model, field)
    return found?.kind === 'relation' ? found.relation : undefined
  }

  it('the join table of a many-to-many is in the schema of the model that sorts first', () => {
    expect(tables.table('Post')).toMatchObject({ path: ['zeta', 'posts'], restrictions: [] })
    expect(relationOf('Post', 'tags')?.link).toMatchObject({
      path: ['zeta', '_PostToTag'],
      own: [{ to: { name: 'A' } }],
    })
    expect(relationOf('Tag', 'posts')?.link).toMatchObject({
      path: ['zeta', '_PostToTag'],
      own: [{ to: { name: 'B' } }],
    })
  })

  it('references with a foreign key: not of views, and not on the other side', () => {
    expect([
      relationOf('Post', 'owner')?.kept,
      relationOf('User', 'posts')?.kept,
      relationOf('Summary', 'user')?.kept,
    ]).toEqual([true, false, false])
  })

  it.each([
    ['text', { kind: 'text', exact: true }],
    ['folded', { kind: 'other', name: 'Citext', nil: true, json: false }],
    ['padded', { kind: 'other', name: 'Char', nil: true, json: false }],
    ['short', { kind: 'integer', from: -32768n, to: 32767n, bigint: false }],
    ['uuid', { kind: 'uuid' }],
    ['at', { kind: 'date', precision: 'finer', zoned: true, common: true }],
    ['day', { kind: 'date', precision: 'days', zoned: false, common: true }],
    ['time', { kind: 'other', name: 'Time', nil: true, json: false }],
    ['json', { kind: 'other', name: 'Json', nil: false, json: true }],
    ['list', { kind: 'list', of: { kind: 'text', exact: true }, nullIsEmpty: true }],
  ])('the column type of "%s"', (field, type) => {
    expect(typeOf(field)).toEqual(type)
  })

  it('strings of MySQL, which are exact if their collation is accepted', () => {
    const mysql = text('mysql', 'model Post {\n id Int @id\n a String\n b String\n}')
    const exact = (options: object) =>
      ['a', 'b'].map((name) => Reflect.get(typeOf(name, sqlTablesOf(mysql, options))!, 'exact'))
    expect(exact({})).toEqual([false, false])
    expect(exact({ acceptCollation: ['Post.b'] })).toEqual([false, true])
    expect(exact({ acceptCollation: true })).toEqual([true, true])
    expect(() => exact({ acceptCollation: ['Post.c'] })).toThrow('not a string column')
    expect(() => exact({ acceptCollation: ['Post.id'] })).toThrow('not a string column')
  })

  it('nothing that the schema does not have', () => {
    expect([tables.table('Nothing'), tables.field('Post', 'nothing'), tables.field('Nothing', 'id')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect([tables.instances('Post', 'Post', true), tables.instances('Post', 'Tag', false)]).toEqual(['all', 'none'])
  })
})
