import { Authorizer } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { modelsOf } from '../database/models.js'
import { readSchema } from './readSchema.js'
import type { PrismaField, PrismaModel } from './schema.js'

const source = (blocks: string): string => `datasource db {\n  provider = "sqlite"\n}\n${blocks}`
const models = (blocks: string): Record<string, PrismaModel> =>
  Object.fromEntries(readSchema(source(blocks)).models.map((model) => [model.name, model]))
const field = (model: PrismaModel | undefined, name: string): PrismaField | undefined =>
  model?.fields.find((one) => one.name === name)

describe('readSchema', () => {
  it('reads columns with their types, nullability, lists, columns and native types', () => {
    const { Post } = models(`
      enum Level {
        low
        high @map("HIGH")
      }
      model Post {
        id     Int      @id
        title  String?  @map("post_title") @db.VarChar(20)
        tags   String[]
        level  Level    @default(low)
      }
    `)
    expect(Post?.fields).toEqual([
      { kind: 'scalar', name: 'id', type: 'Int', list: false, nullable: false, column: 'id', native: undefined },
      {
        kind: 'scalar',
        name: 'title',
        type: 'String',
        list: false,
        nullable: true,
        column: 'post_title',
        native: { name: 'VarChar', args: ['20'] },
      },
      { kind: 'scalar', name: 'tags', type: 'String', list: true, nullable: false, column: 'tags', native: undefined },
      {
        kind: 'enum',
        name: 'level',
        type: 'Level',
        list: false,
        nullable: false,
        column: 'level',
        native: undefined,
        initial: { value: 'low' },
      },
    ])
  })

  it('reads literal defaults, and that the database or Prisma generates a value', () => {
    const { Post } = models(`
      enum Level {
        low
      }
      model Post {
        id     Int      @id @default(autoincrement())
        slug   String   @default("a b")
        count  Int      @default(-3)
        rate   Float    @default(1.5)
        open   Boolean  @default(false)
        levels Level[]  @default([low])
        big    BigInt   @default(9)
        made   DateTime @default(now())
        at     DateTime @updatedAt
        text   String?
      }
    `)
    expect(Post?.fields.map((one) => (one.kind === 'relation' ? undefined : one.initial))).toEqual([
      'generated',
      { value: 'a b' },
      { value: -3 },
      { value: 1.5 },
      { value: false },
      { value: ['low'] },
      'generated',
      'generated',
      'generated',
      undefined,
    ])
  })

  it('reads enums by the names of the client, with their stored values', () => {
    expect(readSchema(source('enum Level {\n  low\n  high @map("HIGH")\n  @@map("levels")\n}')).enums).toEqual([
      { name: 'Level', values: ['low', 'high'], mapped: { high: 'HIGH' } },
    ])
  })

  it('reads both ends of a relation from the end that holds the columns', () => {
    const { User, Post } = models(`
      model User {
        id Int @id
        posts Post[]
      }
      model Post {
        id Int @id
        authorId Int?
        author User? @relation(fields: [authorId], references: [id])
      }
    `)
    expect(field(Post, 'author')).toMatchObject({ owner: true, nullable: true, from: ['authorId'], to: ['id'] })
    expect(field(User, 'posts')).toMatchObject({
      owner: false,
      list: true,
      nullable: false,
      from: ['id'],
      to: ['authorId'],
    })
  })

  it('distinguishes relations of one name, and the ends of a self relation', () => {
    const { User, Post, Repo } = models(`
      model User {
        id Int @id
        bossId Int?
        boss User? @relation("tree", fields: [bossId], references: [id])
        staff User[] @relation("tree")
        posts Post[] @relation("owner")
        repos Repo[] @relation(name: "owner")
      }
      model Post {
        ownerId Int @id
        owner User @relation("owner", fields: [ownerId], references: [id])
      }
      model Repo {
        holderId Int @unique
        owner User @relation("owner", fields: [holderId], references: [id])
      }
    `)
    expect(field(User, 'posts')).toMatchObject({ from: ['id'], to: ['ownerId'] })
    expect(field(User, 'repos')).toMatchObject({ from: ['id'], to: ['holderId'] })
    expect(field(User, 'boss')).toMatchObject({ from: ['bossId'], to: ['id'], owner: true })
    expect(field(User, 'staff')).toMatchObject({ from: ['id'], to: ['bossId'], owner: false })
    expect([Post?.key, Repo?.key]).toEqual([['ownerId'], ['holderId']])
  })

  it('names an implicit many-to-many as Prisma does', () => {
    const { Tag, Article } = models(`
      model Tag {
        id Int @id
        articles Article[]
      }
      model Article {
        id Int @id
        tags Tag[]
      }
    `)
    expect(field(Tag, 'articles')).toMatchObject({ relation: 'ArticleToTag', from: [], to: [], owner: false })
    expect(field(Article, 'tags')).toMatchObject({ relation: 'ArticleToTag' })
  })

  it.each([
    ['@@id([b, a])', ['b', 'a'], [{ fields: ['b', 'a'], argument: 'b_a' }]],
    ['@@id(name: "both", fields: [a, b])', ['a', 'b'], [{ fields: ['a', 'b'], argument: 'both' }]],
    [
      '@@unique([c])\n@@unique([a, b(sort: Desc)])',
      ['a', 'b'],
      [
        { fields: ['c'], argument: 'c' },
        { fields: ['a', 'b'], argument: 'a_b' },
      ],
    ],
    ['', [], []],
  ])('takes the key from %s, never from a column that can be null', (attributes, key, uniques) => {
    const { M } = models(`model M {\na Int\nb Int\nc Int?\n${attributes}\n}`)
    expect(M).toMatchObject({ key, uniques })
  })

  it('omits fields that the client does not have', () => {
    const { A, B } = models(`
      model A {
        id Int @id
        hidden Int @ignore
        shape Unsupported("polygon")?
      }
      model B {
        id Int @id
        @@ignore
      }
    `)
    expect([A?.fields.map((one) => one.name), B]).toEqual([['id'], undefined])
  })

  it('ignores comments and strings', () => {
    const { A } = models(`
      /// model C { id Int @id }
      model A { // }
        id Int @id
        /* other Int
        } */
        text String @default("} // @id @map(\\"x\\") ]")
        at DateTime @default(dbgenerated("now() at time zone 'utc'"))
        @@map("a\\"b")
        @@schema("auth")
      }
    `)
    expect(A?.fields.map((one) => one.name)).toEqual(['id', 'text', 'at'])
    expect(A).toMatchObject({ table: 'a"b', tableSchema: 'auth', key: ['id'] })
    expect(A?.fields[1]).toMatchObject({ column: 'text' })
  })

  it('reads views', () => {
    const { Summary, Total } = models('view Summary {\n  id Int @unique\n}\nmodel Total {\n  id Int @id\n}')
    expect([Summary?.view, Total?.view]).toEqual([true, undefined])
  })

  it.each([
    ['no text at all', ''],
    ['an unknown provider', 'datasource db {\n  provider = "excel"\n}'],
    ['a block without an end', 'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id'],
    ['something else', 'hello'],
  ])('rejects %s', (_, text) => {
    expect(() => readSchema(text)).toThrow(SyntaxError)
  })
})

describe('the models of a schema', () => {
  it('tell a policy that compares an enum with another text', () => {
    const schema = readSchema(
      source(
        'enum Level {\n  low\n  high @map("HIGH")\n}\nmodel Post {\n  id Int @id\n  level Level\n  tags Level[]\n}',
      ),
    )
    const authorizer = new Authorizer({ log: () => {} }).registerModels(modelsOf(schema))
    const { warnings } = authorizer.loadSync(
      'allow(_, "read", post: Post) if post.level = "hihg" or post.level = "high" or "lwo" in post.tags;',
    )
    expect(warnings).toMatchObject([
      { code: 'unknown-value', hint: 'did you mean "high"?' },
      { code: 'unknown-value', hint: 'did you mean "low"?' },
    ])
  })
})
