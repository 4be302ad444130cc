import { Authorizer, UnsupportedFilterError } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { describe, expect, it } from 'vitest'
import { readSchema } from '../../packages/prisma/src/schema/readSchema.js'
import { clientLike } from './clientLike.js'

const schema = readSchema(`
  datasource db {
    provider = "sqlite"
  }
  enum Status {
    draft
    live
    retired
  }
  model User {
    id      Int      @id
    name    String
    email   String?
    teams   Member[]
    papers  Paper[]
  }
  model Team {
    region  String
    code    Int
    members Member[]
    papers  Paper[]
    @@id([region, code])
  }
  model Member {
    userId     Int
    teamRegion String
    teamCode   Int
    role       String
    user       User   @relation(fields: [userId], references: [id])
    team       Team   @relation(fields: [teamRegion, teamCode], references: [region, code])
    @@id([userId, teamRegion, teamCode])
  }
  model Paper {
    id         Int      @id
    title      String
    summary    String?
    status     Status
    pages      Int?
    authorId   Int?
    author     User?    @relation(fields: [authorId], references: [id])
    teamRegion String
    teamCode   Int
    team       Team     @relation(fields: [teamRegion, teamCode], references: [region, code])
    parentId   Int?
    parent     Paper?   @relation("tree", fields: [parentId], references: [id])
    parts      Paper[]  @relation("tree")
  }
`)

async function whereFor(body: string): Promise<object> {
  const authorizer = new Authorizer()
  const { authorizedWhere } = prismaAuthorization(authorizer, clientLike(schema), {
    schema,
    facts: database,
    strategy: 'where',
  })
  const named = (name: string): string => (body.includes(name) ? name : `_${name}`)
  authorizer.loadSync(`allow(${named('user')}: User, "read", ${named('paper')}: Paper) if ${body};`)
  const user = authorizer.as('User', { id: 7, name: 'Ann', email: 'a@x', teams: [], papers: [] })
  const where: { readonly AND?: readonly object[] } = await authorizedWhere(user, 'read', 'Paper')
  expect(Object.keys(where)).toEqual(['AND'])
  return where.AND?.length === 1 ? where.AND[0]! : where
}

/** What `verifyDatabase` reads of tables whose texts are compared by code point. */
const database = {
  problems: [],
  references: {},
  cutsTexts: false,
  columns: schema.models.flatMap(({ table, fields }) =>
    fields.flatMap((field) =>
      field.kind === 'relation'
        ? []
        : [
            {
              table: table.toLowerCase(),
              column: field.column.toLowerCase(),
              type: 'text',
              nullable: field.nullable,
              text: { collation: 'BINARY', equality: true, order: true },
            },
          ],
    ),
  ),
}

describe('A policy as a where', () => {
  it.each<[string, object]>([
    ['true', { id: { notIn: [] } }],
    ['user.id = 0', { id: { in: [] } }],
    ['paper.title = user.name', { title: { equals: 'Ann' } }],
    ['paper.author = user', { authorId: { equals: 7 } }],
    ['paper.author = nil', { author: { is: null } }],
    ['not paper.author = user', { OR: [{ authorId: null }, { authorId: { not: 7 } }] }],
    [
      'paper.author != nil and paper.author.name = "x"',
      { AND: [{ author: { isNot: null } }, { author: { is: { name: { equals: 'x' } } } }] },
    ],
    ['paper.status in ["live", "retired", "unheard of"]', { status: { in: ['live', 'retired'] } }],
    ['paper.pages in [1, 2.5, nil]', { OR: [{ pages: { equals: 1 } }, { pages: null }] }],
    ['paper.pages < 2.5', { pages: { lte: 2 } }],
    ['not paper.pages < 3', { OR: [{ pages: null }, { pages: { gte: 3 } }] }],
    ['paper.pages = "1"', { id: { in: [] } }],
    [
      'member in paper.team.members and member.user = user and member.role = "editor"',
      {
        team: { is: { members: { some: { AND: [{ userId: { equals: 7 } }, { role: { equals: 'editor' } }] } } } },
      },
    ],
    ['not (part in paper.parts and part.summary = nil)', { parts: { none: { summary: null } } }],
    ['forall(part in paper.parts, part.status = "live")', { parts: { none: { status: { not: 'live' } } } }],
    ['part in paper.parts and part.parent = paper', { parts: { some: { id: { notIn: [] } } } }],
    [
      'part in paper.parts and (part.pages = 1 or paper.pages = 2)',
      {
        OR: [
          { parts: { some: { pages: { equals: 1 } } } },
          { AND: [{ pages: { equals: 2 } }, { parts: { some: { id: { notIn: [] } } } }] },
        ],
      },
    ],
    ['paper.title.startsWith("100%")', { title: { gte: '100%', lt: '100&' } }],
  ])('%s', async (body, where) => {
    expect(await whereFor(body)).toEqual(where)
  })

  it.each<[string, RegExp]>([
    ['part in paper.parts and part.title = paper.title', /columns of two rows/],
    ['paper.title.includes("Case")', /ignores case/],
    ['paper.title.endsWith("_")', /cannot escape/],
  ])('is rejected with the place and a hint: %s', async (body, message) => {
    const error = await whereFor(body).catch((one: unknown) => one)
    expect(error).toBeInstanceOf(UnsupportedFilterError)
    expect(error).toMatchObject({
      message: expect.stringMatching(message),
      hint: expect.any(String),
      span: expect.any(Object),
    })
  })
})
