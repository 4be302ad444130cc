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
      ['paper.org = nil and member.id = 1', 1, [5]],
    ])('leads a check and a list to the row that has it: %s, member %i', async (rule, id, expected) => {
      const { authorizer, authorizedFilter } = authorizationFor(
        source,
        `allow(member: Member, "read", paper: Paper) if ${rule};`,
      )
      const relations = { org: { fans: true } }
      const member = await source.getRepository(Member).findOneOrFail({ where: { id }, relations })
      const papers = source.getRepository(Paper)
      for (const relationLoadStrategy of ['join', 'query'] as const) {
        const allowed: number[] = []
        for (const paper of await papers.find({ relations, relationLoadStrategy, order: { id: 'ASC' } }))
          if (await authorizer.isAllowed(member, 'read', paper)) allowed.push(paper.id)
        expect(allowed).toEqual(expected)
      }
      const listed = await papers.find({ ...authorizedFilter(member, Paper), order: { id: 'ASC' } })
      expect(listed.map((paper) => paper.id)).toEqual(expected)
    })
  },
)

const same = { to: (text: unknown) => text, from: (text: unknown) => text }

/** Types of texts that filters do not compare, and that databases compare whatever their case. */
const otherTypes = {
  mysql: { char: { type: 'char', length: 20 }, transformed: { type: 'varchar', length: 20, transformer: same } },
  postgresql: { citext: { type: 'citext' } },
  sqlite: { transformed: { type: 'varchar', collation: 'NOCASE', transformer: same } },
} as const

describe.each(await openDatabases('other_key_types'))('A foreign key of another type on $name', (database) => {
  afterAll(() => database.close(), 60_000)

  it.each(Object.entries(otherTypes[database.kind]))(
    'leads a check and a list to the row that has it in another case: %s',
    async (_, type) => {
      const source = await database.open(
        [
          new EntitySchema<Org>({
            name: 'Org',
            target: Org,
            columns: { code: { ...type, primary: true }, open: { type: 'boolean' } },
          }),
          new EntitySchema<Paper>({
            name: 'Paper',
            target: Paper,
            columns: { id: { type: 'int', primary: true }, orgCode: { ...type, name: 'org_code', nullable: true } },
            relations: { org: { type: 'many-to-one', target: 'Org', joinColumn: { name: 'org_code' } } },
          }),
        ],
        { dropSchema: true },
      )
      await source.query(`INSERT INTO org VALUES ('Acme', true), ('beta', false)`)
      await source.query(`INSERT INTO paper (id, org_code) VALUES (1, 'Acme'), (2, 'beta'), (3, 'ACME'), (4, NULL)`)
      const { authorizer, authorizedWhere } = authorizationFor(
        source,
        `
          allow(org: Org, "read", paper: Paper) if paper.org = org;
          allow(org: Org, "edit", paper: Paper) if org.open and paper.org != org;
          allow(_: Org, "close", paper: Paper) if paper.org != nil and paper.org.open;
        `,
      )
      const [org] = await source.getRepository(Org).findBy({ open: true })
      const papers = source.getRepository(Paper)
      for (const [action, expected] of Object.entries({ read: [1, 3], edit: [2, 4], close: [1, 3] })) {
        for (const relations of [{}, { org: true }]) {
          const rows = await papers.find({ relations, order: { id: 'ASC' } })
          const allowed = await Promise.all(rows.map((row) => authorizer.isAllowed(org, action, row)))
          expect(rows.filter((_, at) => allowed[at]).map(({ id }) => id)).toEqual(expected)
        }
        const listed = await authorizedWhere(org, action, Paper).then(
          (where) => papers.find({ where, order: { id: 'ASC' } }),
          () => undefined,
        )
        // Filters can't compare these types.
        if (listed || action === 'close') expect(listed?.map(({ id }) => id)).toEqual(expected)
      }
      await source.destroy()
    },
  )
})
