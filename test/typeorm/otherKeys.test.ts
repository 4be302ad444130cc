import { type DataSource, EntitySchema } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { authorizationFor } from './people.js'

class Org {
  code!: string
  open!: boolean
  fans?: Member[]
}
class Member {
  id!: number
  orgCode!: string | null
  org?: Org | null
}
class Paper {
  id!: number
  orgCode!: string | null
  org?: Org | null
}

/** A key that MariaDB takes for equal whatever its case, as its default collation does, and SQLite by NOCASE. */
const key = (kind: string) =>
  ({ type: 'varchar', length: 20, ...(kind === 'sqlite' ? { collation: 'NOCASE' } : {}) }) as const
const referring = (name: string, target: abstract new () => object, kind: string) =>
  new EntitySchema<Paper>({
    name,
    target,
    columns: { id: { type: 'int', primary: true }, orgCode: { ...key(kind), nullable: true } },
    relations: {
      org: {
        type: 'many-to-one',
        target: 'Org',
        nullable: true,
        joinColumn: { name: 'orgCode', referencedColumnName: 'code' },
      },
    },
  })

describe.each(await openDatabases('other_keys', ['sqlite', 'mysql']))(
  'A foreign key of another case on $name',
  (database) => {
    let source: DataSource
    beforeAll(async () => {
      source = await database.open([
        referring('Member', Member, database.kind),
        referring('Paper', Paper, database.kind),
        new EntitySchema<Org>({
          name: 'Org',
          target: Org,
          columns: { code: { ...key(database.kind), primary: true }, open: { type: 'boolean' } },
          relations: { fans: { type: 'many-to-many', target: 'Member', joinTable: { name: 'fans' } } },
        }),
      ])
      await source.query(`INSERT INTO org VALUES ('Acme', true), ('beta', false)`)
      await source.query(`INSERT INTO member (id, orgCode) VALUES (1, 'Acme'), (2, 'BETA')`)
      await source.query(
        `INSERT INTO paper (id, orgCode) VALUES (1, 'Acme'), (2, 'beta'), (3, 'ACME'), (4, 'Beta'), (5, NULL)`,
      )
      await source.query(`INSERT INTO fans VALUES ('ACME', 1), ('BETA', 2)`)
    }, 60_000)
    afterAll(() => database.close(), 60_000)

    it.each<[string, number, readonly number[]]>([
      ['paper.org = member.org', 1, [1, 3]],
      ['not (paper.org = member.org)', 1, [2, 4, 5]],
      ['not (paper.org = member.org)', 2, [1, 3, 5]],
      ['paper.org != nil and paper.org.code = "Acme" and member.id = 1', 1, [1, 3]],
      ['paper.org != nil and not paper.org.code = "Acme" and member.id = 1', 1, [2, 4]],
      ['paper.org != nil and paper.org.code = paper.orgCode and member.id = 1', 1, [1, 2]],
      ['paper.org != nil and not (paper.org.code = paper.orgCode) and member.id = 1', 1, [3, 4]],
      ['paper.org != nil and member in paper.org.fans', 1, [1, 3]],
      ['paper.org != nil and not (member in paper.org.fans)', 2, [1, 3]],
    ])('leads a check and a list to the row that has it: %s, member %i', async (rule, id, expected) => {
      const { authorizer, authorizedFilter } = authorizationFor(
        source,
        `allow(member: Member, "read", paper: Paper) if ${rule};`,
      )
      const relations = { org: { fans: true } }
      const member = await source.getRepository(Member).findOneOrFail({ where: { id }, relations })
      const papers = source.getRepository(Paper)
      const allowed: number[] = []
      for (const paper of await papers.find({ relations, order: { id: 'ASC' } }))
        if (await authorizer.isAllowed(member, 'read', paper)) allowed.push(paper.id)
      expect(allowed).toEqual(expected)
      const listed = await papers.find({ ...authorizedFilter(member, Paper), order: { id: 'ASC' } })
      expect(listed.map((paper) => paper.id)).toEqual(expected)
    })
  },
)
