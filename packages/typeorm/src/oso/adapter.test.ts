import { type FilterCondition, Host, Relation } from '@arcturus/oso'
import { expect, it } from 'vitest'
import { type TypeOrmQuery, typeOrmAdapter } from './index.js'

class Repo {}
class Org {}

function sqlOf(
  conditions: FilterCondition[][],
  joins = false,
): { readonly sql: string[]; readonly parameters: object } {
  const sql: string[] = []
  let parameters = {}
  const query: TypeOrmQuery = {
    innerJoin(_entity, alias, condition) {
      sql.push(`JOIN ${alias} ON ${condition}`)
      return this
    },
    where(condition, values) {
      sql.push(condition)
      parameters = values
      return this
    },
    getMany: async () => [],
  }
  const host = new Host()
  host.registerClass(Org)
  host.registerClass(Repo, { fields: { org: new Relation('one', 'Org', 'orgId', 'id') } })
  const relations = joins ? [{ fromTypeName: 'Repo', fromFieldName: 'org', toTypeName: 'Org' }] : []
  const adapter = typeOrmAdapter({ getRepository: () => ({ createQueryBuilder: () => query }) })
  adapter.buildQuery({ model: 'Repo', relations, conditions, types: host.types, condition: { kind: 'true' } })
  return { sql, parameters }
}

const field = (fieldName: string) => ({ typeName: 'Repo', fieldName })

it.each<[string, FilterCondition[], string]>([
  ['nothing', [], '(1=1)'],
  ['nil', [{ lhs: field('a'), cmp: 'Eq', rhs: { value: null } }], '((Repo.a IS NULL))'],
  ['no nil', [{ lhs: { value: null }, cmp: 'Neq', rhs: field('a') }], '((Repo.a IS NOT NULL))'],
  ['an order', [{ lhs: field('a'), cmp: 'Geq', rhs: { value: 1 } }], '((Repo.a >= :0))'],
  ['a row', [{ lhs: { typeName: 'Repo' }, cmp: 'Eq', rhs: { value: { id: 5 } } }], '((Repo.id = :0))'],
])('writes %s', (_, group, expected) => {
  expect(sqlOf([group]).sql).toEqual([expected])
})

it('joins relations and compares rows by their ids', () => {
  const { sql, parameters } = sqlOf([[{ lhs: { typeName: 'Org' }, cmp: 'Eq', rhs: { value: { id: 5 } } }], []], true)
  expect(sql).toEqual(['JOIN Org ON Repo.orgId = Org.id', '((Org.id = :0) OR 1=1)'])
  expect(parameters).toEqual({ 0: 5 })
})

it('selects nothing if there is no alternative', () => {
  expect(sqlOf([]).sql).toEqual(['1=0'])
})
