import { ArcturusError, Authorizer } from '@arcturus/core'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import fc from 'fast-check'
import { type DataSource, EntitySchema } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomCases } from '../orm/randomCases.js'
import { openDatabases } from './databases.js'

const seed = Number(process.env['ARCTURUS_SEED'] ?? 20_261_130)
const cases = randomCases(240)

class Doc {}
class Note {}
class User {}

const id = { type: 'int', primary: true } as const
const entities = [
  new EntitySchema<object>({ name: 'User', target: User, tableName: 'users', columns: { id } }),
  new EntitySchema<object>({
    name: 'Doc',
    target: Doc,
    tableName: 'docs',
    columns: {
      id,
      nums: { type: 'int', array: true },
      tags: { type: 'text', array: true, nullable: true },
    },
    relations: { notes: { type: 'one-to-many', target: 'Note', inverseSide: 'doc' } },
  }),
  new EntitySchema<object>({
    name: 'Note',
    target: Note,
    tableName: 'notes',
    columns: { id, docId: { type: 'int' }, nums: { type: 'int', array: true } },
    relations: { doc: { type: 'many-to-one', target: 'Doc', inverseSide: 'notes', joinColumn: { name: 'docId' } } },
  }),
]

const numbers = ['{}', '{1}', '{1,2}', '{2,NULL}', '{{1,2},{3,4}}', '{{1},{1}}', '{{{1}}}', '[0:1]={1,2}', '{{NULL,1}}']
const texts = [null, '{}', '{a}', '{a,b}', '{b,NULL}', '{{a,b}}', '{{a},{b}}']

const numberAtoms = ['1 in $', 'not 1 in $', '$.length = 2', '$.length < 2', 'nil in $', 'd.id in $']
const someNumber = ['x = 1', 'x != 1', 'x > 1', 'x != nil and x < 3', 'x = d.id', 'x = nil']
const textAtoms = ['"a" in $', '$.length = 1', 'x in $ and x = "a"', 'forall(x in $, x != "b")']
const ofNumbers = fc.oneof(
  fc.constantFrom(...numberAtoms),
  fc.constantFrom(...someNumber).map((one) => `(x in $ and ${one})`),
  fc.constantFrom(...someNumber).map((one) => `forall(x in $, ${one})`),
)
const atom = fc.oneof(
  ofNumbers.map((one) => one.replaceAll('$', 'd.nums')),
  fc.constantFrom(...textAtoms).map((one) => `d.tags != nil and (${one.replaceAll('$', 'd.tags')})`),
  ofNumbers.map((one) => `(n in d.notes and ${one.replaceAll('$', 'n.nums')})`),
  ofNumbers.map((one) => `forall(n in d.notes, ${one.replaceAll('$', 'n.nums')})`),
)
/** Conditions that are never an error, in any order. */
const safe = fc.constantFrom(...numberAtoms).map((one) => one.replaceAll('$', 'd.nums'))
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    atom,
    tie('condition').map((one) => `not (${one})`),
    fc.tuple(tie('condition'), tie('condition')).map(([one, other]) => `(${one}) and (${other})`),
    fc.tuple(safe, safe).map(([one, other]) => `((${one}) or (${other}))`),
  ),
}))

/** Whether a document has no list of lists, and neither has a note of it. */
function isFlat(doc: object): boolean {
  return Object.values(doc).every(
    (value) =>
      !Array.isArray(value) || value.every((one) => !Array.isArray(one) && (!(one instanceof Note) || isFlat(one))),
  )
}

describe.each(await openDatabases('dimensions', ['postgresql'], ['1']))('Arrays of dimensions on $name', (database) => {
  let source: DataSource
  beforeAll(async () => {
    source = await database.open(entities)
    await source.query('INSERT INTO users VALUES (1)')
    const literal = (one: string | null): string => (one === null ? 'NULL' : `'${one}'`)
    const docs = numbers.flatMap((nums) => texts.map((tags) => `${literal(nums)}, ${literal(tags)}`))
    await source.query(`INSERT INTO docs VALUES ${docs.map((one, at) => `(${at + 1}, ${one})`)}`)
    const notes = numbers.map((nums, at) => `${5 * at + 3}, '${nums}'`)
    await source.query(`INSERT INTO notes ("id", "docId", "nums") VALUES ${notes.map((one, at) => `(${at}, ${one})`)}`)
  }, 60_000)
  afterAll(async () => {
    await database.close()
  }, 60_000)

  it(`list no row that the check denies, and all others without them (seed ${seed})`, async () => {
    const counts = { some: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(condition, async (text) => {
        const authorizer = new Authorizer({ log() {} })
        const { authorizedFilter } = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
        authorizer.loadSync(`allow(_: User, "read", d: Doc) if ${text};`)
        const user = await source.getRepository(User).findOneByOrFail({})
        const docs = await source.getRepository<{ id: number }>(Doc).find({ relations: { notes: true } as object })
        const may = docs.flatMap((doc) => {
          try {
            return authorizer.can(user, 'read', doc) ? [doc.id] : []
          } catch (error) {
            if (error instanceof ArcturusError) return []
            throw error
          }
        })
        let listed: readonly { id: number }[]
        try {
          listed = await source.getRepository<{ id: number }>(Doc).find(authorizedFilter(user, Doc))
        } catch (error) {
          if (!(error instanceof ArcturusError)) throw error
          counts.refused++
          return
        }
        const found = listed.map((one) => one.id)
        // A check with an element that is a list can be false or an error; the filter takes it for an error.
        expect(found.filter((one) => !may.includes(one))).toEqual([])
        const flat = new Set(docs.filter(isFlat).map((doc) => doc.id))
        expect(may.filter((one) => flat.has(one) && !found.includes(one))).toEqual([])
        if (may.length > 0 && may.length < docs.length) counts.some++
      }),
      { seed, numRuns: cases },
    )
    console.log(counts)
    expect(counts.some).toBeGreaterThan(cases / 4)
  }, 120_000)
})
