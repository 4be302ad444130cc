import { UnsupportedFilterError } from '@arcturus/core'
import type { Definite, Operand } from '@arcturus/core/filters'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Where } from '../../packages/prisma/src/filter/printed.js'
import { WherePrinter } from '../../packages/prisma/src/filter/printer.js'
import { resourceOf, span, value, variableOf } from '../orm/conditions.js'
import { openDatabases } from './databases.js'
import { type Client, known, openDocuments, schemas } from './documents.js'
import { plainDatabase } from './plainDatabase.js'

// What Prisma does with a `where` that is not what it seems: each of these was found to leak or to lose rows.

const databases = await openDatabases('traps', ['sqlite', 'postgresql', 'mysql'])
const resource = resourceOf('Document')
const path = (...names: readonly (readonly [model: string, name: string])[]): Operand => ({
  kind: 'path',
  root: resource,
  steps: names.map(([model, name]) => ({ name, model, span })),
})
const own = (name: string): Operand => path(['Document', name])
const compare = (left: Operand, operator: '=' | '!=' | '<' | '>=', one: unknown): Definite => ({
  kind: 'compare',
  operator,
  left,
  right: value(one),
  span,
})
const not = (of: Extract<Definite, { kind: 'some' | 'in' | 'text' }>): Definite => ({ kind: 'not', of })
const someTag = (field: string, operator: '=' | '!=', one: unknown): Extract<Definite, { kind: 'some' }> => {
  const each = variableOf('tag', 'Tag')
  const left: Operand = { kind: 'path', root: each, steps: [{ name: field, model: 'Tag', span }] }
  return { kind: 'some', each, from: own('tags'), where: compare(left, operator, one), span }
}
const isIn = (item: Operand, values: readonly unknown[]): Extract<Definite, { kind: 'in' }> => ({
  kind: 'in',
  item,
  list: value(values),
  span,
})
const text = (operator: 'startsWith' | 'endsWith' | 'includes', part: string): Extract<Definite, { kind: 'text' }> => ({
  kind: 'text',
  operator,
  of: own('title'),
  part: value(part),
  span,
})
const ownerEmail = path(['Document', 'owner'], ['User', 'name'])

describe.each(databases)('On $name', (database) => {
  const provider = known(database.provider)
  let prisma: Client
  beforeAll(async () => {
    prisma = await openDocuments(database)
    await prisma.user.createMany({
      data: [
        { id: 1, email: 'a', name: 'a' },
        { id: 2, email: 'b' },
      ],
    })
    await prisma.tag.createMany({ data: [{ name: 'pub', color: 'red' }, { name: 'none' }] })
    const rows: [number, object][] = [
      [1, { views: 1, title: '100%', ownerId: 1, tags: ['pub'] }],
      [2, { views: 5, title: '100x', ownerId: 2, tags: ['pub', 'none'] }],
      [3, { views: null, title: null, ownerId: null, tags: ['none'] }],
      [4, { views: 2, title: 'ONE', ownerId: 1, tags: [] }],
    ]
    for (const [id, { tags, ...row }] of rows as [number, { tags: string[] }][]) {
      await prisma.document.create({
        data: {
          id,
          body: '',
          archived: false,
          reviewerId: 1,
          ...row,
          tags: { connect: tags.map((name) => ({ name })) },
        },
      })
    }
  }, 60_000)
  afterAll(async () => {
    await prisma?.$disconnect()
    await database.close()
  })
  const ids = async (where: Where): Promise<number[]> =>
    (await prisma.document.findMany({ where, select: { id: true }, orderBy: { id: 'asc' } })).map((row) => row.id)
  const print = (condition: Definite, acceptCollation = true): Where =>
    new WherePrinter(
      schemas[provider],
      { acceptCollation, facts: plainDatabase(schemas[provider]) },
      undefined,
      'root',
    ).print(condition, 'Document')

  const every = { id: { notIn: [] } }
  const none = { id: { in: [] } }
  const all = [1, 2, 3, 4]
  it.each<[string, object, number[]]>([
    ['every', every, all],
    ['none', none, []],
    ['NOT every', { NOT: every }, []],
    ['NOT none', { NOT: none }, all],
    ['AND of every', { AND: [every, every] }, all],
    ['AND with none', { AND: [every, none] }, []],
    ['AND of none and a column', { AND: [none, { id: 1 }] }, []],
    ['OR of none', { OR: [none] }, []],
    ['OR of every', { OR: [every] }, all],
    ['OR with every', { OR: [every, { id: 1 }] }, all],
    ['OR with none', { OR: [none, { id: 1 }] }, [1]],
    ['AND over OR of none', { AND: [{ OR: [none] }] }, []],
    ['NOT over AND of every', { NOT: { AND: [every] } }, []],
    ['NOT over OR of none', { NOT: { OR: [none, none] } }, all],
    ['some of every', { tags: { some: { name: { notIn: [] } } } }, [1, 2, 3]],
    ['some of none', { tags: { some: { name: { in: [] } } } }, []],
    ['none of every', { tags: { none: { name: { notIn: [] } } } }, [4]],
    ['none of none', { tags: { none: { name: { in: [] } } } }, all],
    ['is every', { owner: { is: every } }, [1, 2, 4]],
    ['is none', { owner: { is: none } }, []],
    ['NOT is every', { NOT: { owner: { is: every } } }, [3]],
    ['NOT is none', { NOT: { owner: { is: none } } }, all],
  ])('the words for every row and for none keep their meaning: %s', async (_, where, expected) => {
    expect(await ids(where as Where)).toEqual(expected)
  })

  it.each<[string, Definite, number[]]>([
    ['true', { kind: 'true' }, all],
    ['false', { kind: 'false' }, []],
    ['true or p', { kind: 'or', of: [{ kind: 'true' }, compare(own('id'), '=', 1)] }, all],
    ['an empty or inside and', { kind: 'and', of: [{ kind: 'or', of: [] }, compare(own('id'), '=', 1)] }, []],
    ['an empty and inside or', { kind: 'or', of: [{ kind: 'and', of: [] }, compare(own('id'), '=', 1)] }, all],
    ['!= of a column with nulls', compare(own('views'), '!=', 5), [1, 3, 4]],
    ['not in', not(isIn(own('views'), [5])), [1, 3, 4]],
    ['in, with nil', isIn(own('views'), [5, null]), [2, 3]],
    ['not in, with nil', not(isIn(own('views'), [5, null])), [1, 4]],
    ['in nothing', isIn(own('views'), []), []],
    ['not in nothing', not(isIn(own('views'), [])), all],
    ['an ordering', compare(own('views'), '<', 3), [1, 4]],
    [
      'the complement of an ordering',
      { kind: 'or', of: [compare(own('views'), '=', null), compare(own('views'), '>=', 3)] },
      [2, 3],
    ],
    ['nil', compare(own('views'), '=', null), [3]],
    ['not nil', compare(own('views'), '!=', null), [1, 2, 4]],
    ['for all tags a nullable column', not(someTag('color', '!=', 'red')), [1, 4]],
    ['for all tags not', not(someTag('color', '=', 'red')), [3, 4]],
    ['!= behind a relation', compare(ownerEmail, '!=', 'a'), [2]],
    ['not in behind a relation', not(isIn(ownerEmail, ['a'])), [2, 3]],
    ['no related row', compare(own('owner'), '=', null), [3]],
    ['a related row', compare(own('owner'), '!=', null), [1, 2, 4]],
  ])('mistakes of Prisma are avoided: %s', async (_, condition, expected) => {
    expect(await ids(print(condition))).toEqual(expected)
  })

  it.each<[string, Extract<Definite, { kind: 'text' }>, number[], number[]]>([
    ['% is a character', text('startsWith', '100%'), [1], [2, 3, 4]],
    ['% is a character anywhere', text('includes', '%'), [1], [2, 3, 4]],
    ['_ is a character', text('includes', '_'), [], all],
    ['case counts', text('startsWith', 'One'), provider === 'mysql' ? [4] : [], provider === 'mysql' ? [1, 2, 3] : all],
    ['digits', text('includes', '00'), [1, 2], [3, 4]],
    ['everything begins with nothing', text('startsWith', ''), [1, 2, 4], [3]],
  ])('texts are looked for as they are, or not at all: %s', async (_, condition, yes, no) => {
    const printed = (of: Definite): Where | undefined => {
      try {
        return print(of)
      } catch (error) {
        expect(error).toBeInstanceOf(UnsupportedFilterError)
        expect(provider).toBe('sqlite')
        return undefined
      }
    }
    const where = printed(condition)
    if (where) expect(await ids(where)).toEqual(yes)
    const negated = printed(not(condition))
    if (negated) expect(await ids(negated)).toEqual(no)
  })

  it('a reference that no foreign key keeps is followed to the row itself', async () => {
    const printer = new WherePrinter(
      { ...schemas[provider], relationMode: 'prisma' },
      { acceptCollation: true, facts: plainDatabase(schemas[provider]) },
    )
    const missing = printer.print(compare(own('owner'), '=', null), 'Document')
    expect(missing).toEqual({ NOT: { owner: { is: { id: { notIn: [] } } } } })
    expect(await ids(missing)).toEqual([3])
    expect(await ids(printer.print(compare(own('owner'), '!=', null), 'Document'))).toEqual([1, 2, 4])
    expect(await ids(printer.print(not(isIn(ownerEmail, ['a'])), 'Document'))).toEqual([2, 3])
  })

  it('a collation that equates strings is used only if accepted', async () => {
    const condition = compare(own('title'), '=', 'one')
    if (provider !== 'mysql') return expect(await ids(print(condition, false))).toEqual([])
    expect(() => print(condition, false)).toThrow(UnsupportedFilterError)
    expect(() => print(text('includes', '0'), false)).toThrow(UnsupportedFilterError)
    expect(await ids(print(condition))).toEqual([4])
  })

  const limit = { sqlite: 900, postgresql: 30_000, mysql: 60_000 }[provider]
  it('lists are sent up to the limit of Prisma, and rejected beyond it', async () => {
    const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)
    const inList = isIn(own('id'), numbers(limit))
    expect(await ids(print(inList))).toEqual(all)
    expect(await ids(print(not(inList)))).toEqual([])
    expect(await prisma.document.count({ where: print(not(inList)), take: 10 })).toBe(0)
    expect(() => print(isIn(own('id'), numbers(limit + 1)))).toThrow(/values/)
    expect(() => print(not(isIn(own('id'), numbers(limit + 1))))).toThrow(/values/)
    const twoLists: Definite = {
      kind: 'and',
      of: [isIn(own('id'), numbers(limit / 2)), isIn(own('views'), numbers(limit / 2 + 1))],
    }
    expect(() => print(twoLists)).toThrow(/values/)
  }, 60_000)

  it('columns are compared with columns of the same row only, and through the client', async () => {
    const same: Definite = { kind: 'compare', operator: '=', left: own('views'), right: own('likes'), span }
    expect(() => print(same)).toThrow(/guarded client/)
    const other: Definite = { kind: 'compare', operator: '=', left: own('title'), right: ownerEmail, span }
    expect(() => print(other)).toThrow(/two rows/)
    const printer = new WherePrinter(schemas[provider], { facts: plainDatabase(schemas[provider]) }, (_, field) =>
      Reflect.get(prisma.document.fields, field),
    )
    expect(await ids(printer.print(same, 'Document'))).toEqual([3])
    expect(await ids(printer.print({ ...same, operator: '!=' } as Definite, 'Document'))).toEqual([1, 2, 4])
  })
})
