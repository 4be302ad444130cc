import { type Class, Oso, Relation } from '@arcturus/oso'
import { typeOrmAdapter } from '@arcturus/typeorm/oso'
import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm'
import { afterAll, describe, expect, it } from 'vitest'
import { type Database, openDatabases } from './databases.js'

class Org {
  declare code: unknown
  declare open: boolean
}
class Paper {
  declare id: number
  declare orgCode: unknown
  declare org?: Org
}

const next = {
  to: (value: unknown) => (typeof value === 'number' ? value + 1 : value),
  from: (value: unknown) => (typeof value === 'number' ? value - 1 : value),
}
const anyCase = { mysql: { type: 'char', length: 20 }, postgresql: { type: 'citext' }, sqlite: undefined } as const

/** The types of a reference and of the key. A foreign key of PostgreSQL can have another type. */
function typesOf(
  kind: Database['kind'],
): readonly (readonly [string, EntitySchemaColumnOptions, EntitySchemaColumnOptions])[] {
  const int = { type: 'int' } as const
  const text = anyCase[kind]
  return [
    ['rewritten by a transformer', { ...int, transformer: next }, { ...int, transformer: next }],
    ['rewritten on one side', { ...int, transformer: next }, int],
    ...(text ? [['compared whatever their case', text, text] as const] : []),
    ...(kind === 'postgresql'
      ? [
          [
            'with other digits',
            { type: 'numeric', scale: 1, precision: 9 },
            { type: 'numeric', scale: 2, precision: 9 },
          ] as const,
        ]
      : []),
  ]
}

const goals = [
  'p.org = acme',
  'p.org != acme',
  'not p.org in [acme]',
  'p.org.open',
  'not p.org.open',
  'p.org = nil',
  'p.org != nil and p.org.open',
  'p.org.code = p.orgCode',
  'p.org.code != p.orgCode',
  'x in acme.papers and x.org != p.org',
  'x in acme.papers and x = p',
  'not (x in acme.papers and x = p)',
  'not (x in p.org.papers and x.id = 3)',
]

describe.each(await openDatabases('drop_in_keys'))('typeOrmAdapter on $name', (database) => {
  afterAll(() => database.close(), 60_000)

  it.each(typesOf(database.kind))('lists what the check allows by keys %s', async (_, from, to) => {
    const source = await database.open(
      [
        new EntitySchema<Org>({
          name: 'Org',
          target: Org,
          columns: { code: { ...to, primary: true }, open: { type: 'boolean' } },
        }),
        new EntitySchema<Paper>({
          name: 'Paper',
          target: Paper,
          columns: { id: { type: 'int', primary: true }, orgCode: { ...from, name: 'org_code', nullable: true } },
          relations: { org: { type: 'many-to-one', target: 'Org', joinColumn: { name: 'org_code' } } },
        }),
      ],
      { dropSchema: true },
    )
    const isText = from.type === 'char' || from.type === 'citext'
    const [acme, other, same] = isText ? ["'Acme'", "'beta'", "'ACME'"] : [7, 8, 7]
    await source.query(`INSERT INTO org VALUES (${acme}, true), (${other}, false)`)
    await source.query(`INSERT INTO paper VALUES (1, ${acme}), (2, ${other}), (3, ${same}), (4, NULL)`)
    const [org] = await source.getRepository(Org).findBy({ open: true })
    const papers = await source.getRepository(Paper).find({ order: { id: 'ASC' } })
    const answers: Record<string, readonly number[]> = {}
    for (const goal of goals) {
      const oso = new Oso()
      oso.registerClass(Org, { fields: { open: Boolean, papers: new Relation('many', 'Paper', 'code', 'orgCode') } })
      oso.registerClass(Paper, { fields: { id: Number, org: new Relation('one', 'Org', 'orgCode', 'code') } })
      oso.registerConstant(org, 'acme')
      oso.setDataFilteringAdapter(typeOrmAdapter(source))
      await oso.loadStr(`allow(_, "read", p: Paper) if ${goal};`)
      const allowed: number[] = []
      for (const paper of papers)
        if (await oso.isAllowed('somebody', 'read', paper).catch(() => false)) allowed.push(paper.id)
      answers[goal] = allowed
      const refused = { name: 'RuntimeError::DataFilteringUnsupportedOp' }
      const listed = await oso.authorizedResources('somebody', 'read', Paper as Class).catch((error) => {
        expect(error).toMatchObject(refused)
        return undefined
      })
      if (listed) expect([goal, (listed as Paper[]).map(({ id }) => id).sort()]).toEqual([goal, allowed])
    }
    // By properties, a reference that alone is rewritten leads to another row.
    if (from.transformer === to.transformer)
      expect(answers).toMatchObject({
        'p.org.open': [1, 3],
        'not p.org.open': [2],
        'not (x in acme.papers and x = p)': [2, 4],
      })
  })
})
