import { describe, expect, it } from 'vitest'
import { type Datum, type Filter, isProjection, Oso, Relation } from './index.js'

class Org {
  constructor(readonly id: number) {}
}
class User {
  readonly id = 7
  readonly orgId = 3
  readonly admin = true
}
class Repo {
  readonly id: number = 1
  readonly orgId: number | null = 3
}
class Fork extends Repo {}
class Issue {}

async function filterOf(policy: string): Promise<Filter> {
  const oso = new Oso<unknown, unknown, unknown, unknown, unknown, Filter>()
  oso.registerClass(Org, { fields: { id: Number, name: String, repos: new Relation('many', 'Repo', 'id', 'orgId') } })
  oso.registerClass(User, { fields: { id: Number, orgId: Number } })
  oso.registerClass(Repo, {
    fields: {
      id: Number,
      name: String,
      orgId: Number,
      ownerId: Number,
      tags: Array,
      isPublic: Boolean,
      org: new Relation('one', 'Org', 'orgId', 'id'),
      owner: new Relation('one', 'User', 'ownerId', 'id'),
      origin: new Relation('one', 'Repo', 'originId', 'number'),
      issues: new Relation('many', 'Issue', 'id', 'repoId'),
    },
  })
  oso.registerClass(Fork)
  oso.registerClass(Issue, { fields: { id: Number, title: String, repoId: Number } })
  oso.registerConstant(new Org(3), 'acme')
  oso.registerConstant(new Repo(), 'anvil')
  oso.registerConstant({ id: 7 }, 'token')
  oso.setDataFilteringAdapter({ buildQuery: (filter) => filter, executeQuery: async () => [] })
  await oso.loadStr(policy)
  return oso.authorizedQuery(new User(), 'read', Repo)
}

/** A filter as a text: its joins, then its groups. */
async function shown(goals: string): Promise<string> {
  const { relations, conditions } = await filterOf(
    `allow(u: User, "read", r: Repo) if u.id = u.id and r = r and (${goals});`,
  )
  const joins = relations.map((one) => `${one.fromTypeName}.${one.fromFieldName}→${one.toTypeName}`)
  const groups = conditions.map((group) =>
    group.map(({ lhs, cmp, rhs }) => `${datum(lhs)} ${cmp} ${datum(rhs)}`).join(' & '),
  )
  return `${joins.join(', ')} [${groups.join(' | ')}]`.trim()
}

function datum(side: Datum): string {
  if (isProjection(side)) return side.fieldName === undefined ? side.typeName : `${side.typeName}.${side.fieldName}`
  return typeof side.value === 'object' && side.value !== null
    ? side.value.constructor.name.toLowerCase()
    : JSON.stringify(side.value)
}

describe('a filter of inner joins', () => {
  it.each([
    ['r.name = "x"', '[Repo.name Eq "x"]'],
    ['r.isPublic', '[Repo.isPublic Eq true]'],
    ['r.name in ["x", "y"]', '[Repo.name Eq "x" | Repo.name Eq "y"]'],
    ['r.id > 3', '[Repo.id Neq null & Repo.id Gt 3]'],
    ['"x" in r.tags', '[Repo.tags Neq null & "x" In Repo.tags]'],
    ['not "x" in r.tags', '[Repo.tags Neq null & "x" Nin Repo.tags]'],
    ['r.org.name = "x"', 'Repo.org→Org [Org.name Eq "x"]'],
    ['r.org = acme', '[Repo.orgId Eq 3]'],
    ['r.org = nil', '[Repo.orgId Eq null]'],
    ['r.org.id = 3', 'Repo.org→Org [Org.id Eq 3]'],
    ['r.org.id != 3', 'Repo.org→Org [Org.id Neq 3]'],
    ['r.org.id = 3 or r.isPublic', '[Repo.orgId Neq null & Repo.orgId Eq 3 | Repo.isPublic Eq true]'],
    ['r.undeclared = 3', '[Repo.undeclared Eq 3]'],
    ['r.owner = acme', '[true Eq false]'],
    ['r.owner = token', '[true Eq false]'],
    ['not r.owner.id = acme.id', 'Repo.owner→User [User.id Neq 3]'],
    ['r = anvil', '[Repo Eq repo]'],
    ['r.name != r.name', '[true Eq false]'],
    ['i in r.issues and i.title = "x"', 'Repo.issues→Issue [Issue.title Eq "x"]'],
    ['_ in r.issues', 'Repo.issues→Issue []'],
    ['r.org = acme or r.org.name = "x"', 'Repo.org→Org [Repo.orgId Eq 3 | Org.name Eq "x"]'],
    ['r = anvil or r.org.name = "x"', 'Repo.org→Org [Repo Eq repo | Org.name Eq "x"]'],
    ['u.admin', '[]'],
    ['not u.admin', '[true Eq false]'],
  ])('prints %s as %s', async (goals, expected) => {
    expect(await shown(goals)).toBe(expected)
  })

  it.each([
    ['an alternative without a relation', 'r.isPublic or r.org.name = "x"', 'inner joins|joins would lose'],
    [
      'two rows of one relation',
      'i in r.issues and j in r.issues and i.title = "x" and j.title = "y"',
      'Two rows of Issue at once',
    ],
    ['rows of one relation that differ', 'i in r.issues and j in r.issues and i != j', 'Two rows of Issue at once'],
    ['no row of a relation', 'not (i in r.issues and i.title = "x")', 'no row of a relation'],
    ['a way back to the model', 'o = r.org and x in o.repos and x.name = "x"', 'second row of Repo'],
    ['a row and its relation to another one of its table', 'r.id > r.origin.id', 'second row of Repo'],
    ['a subclass', 'r matches Fork', 'is a Fork'],
    ['a negated field that is declared nowhere', 'r.undeclared != 3', '"undeclared" is not among the fields'],
    ['a part of a text', 'r.name.startsWith("x")', 'part of a text'],
  ])('rejects %s, which a condition can say', async (_, goals, message) => {
    const filter = await filterOf(`allow(u: User, "read", r: Repo) if u.id = u.id and (${goals});`)
    expect(filter.conditionFor?.({ key: () => ['id'] }).kind).not.toBe('false')
    expect(() => filter.conditions).toThrow(new RegExp(message))
    expect(() => ({ ...filter })).toThrow('Unsupported operation')
    try {
      filter.relations
    } catch (error) {
      expect(error).toMatchObject({ name: 'RuntimeError::DataFilteringUnsupportedOp' })
    }
  })

  it('of a rule for a subclass is not one of its parent', async () => {
    const filter = await filterOf('allow(_, "read", _: Fork);')
    expect(() => filter.conditions).toThrow('is a Fork')
  })

  it('has just the members of oso’s when it is copied or printed', async () => {
    const filter = await filterOf('allow(_, "read", r: Repo) if r.isPublic;')
    expect(Object.keys(filter).sort()).toEqual(['conditions', 'model', 'relations', 'types'])
    expect(filter.condition).toMatchObject({ kind: 'or' })
  })

  it.each<[string, (filter: Filter) => void]>([
    ['groups', (filter) => filter.conditions[0]!.push({ lhs: { value: 1 }, cmp: 'Eq', rhs: { value: 2 } })],
    ['relations', (filter) => filter.relations.push({ fromTypeName: 'Repo', fromFieldName: 'org', toTypeName: 'Org' })],
    ['all groups', (filter) => Object.assign(filter, { conditions: [] })],
    ['all relations', (filter) => Object.assign(filter, { relations: [] })],
    ['the model', (filter) => Object.assign(filter, { model: 'Org' })],
  ])('whose %s were changed has no condition beside them', async (_, change) => {
    const filter = await filterOf('allow(_, "read", r: Repo) if r.isPublic;')
    expect(filter.conditions).toHaveLength(1)
    expect(filter.conditionFor).toBeTypeOf('function')
    change(filter)
    expect(filter.conditionFor).toBeUndefined()
    expect({ ...filter }.conditionFor).toBeUndefined()
  })
})
