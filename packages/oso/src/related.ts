import { Source } from '@arcturus/core/internal/oso'
import { UnregisteredClassError } from './errors.js'
import type { Filter } from './filter.js'
import type { Host } from './host.js'
import type { Relation } from './relation.js'

/**
 * Fetches the rows of an instance's relation through the application's adapter: a list, or the one
 * row. A key that is nil results in nil, or in an empty list.
 * @throws Error if a to-one relation finds no row or several.
 */
export function relatedRows(host: Host, instance: object, relation: Relation): unknown {
  if (!host.getType(relation.otherType)) throw new UnregisteredClassError(relation.otherType)
  // Sound: a relation names fields of its class's instances.
  const key = (instance as Readonly<Record<string, unknown>>)[relation.myField]
  if (key === null) return relation.kind === 'one' ? null : []
  return fetchRows(host, relation, filterBy(host, relation, key))
}

async function fetchRows(host: Host, { kind }: Relation, filter: Filter): Promise<unknown> {
  const rows = await host.adapter.executeQuery(host.adapter.buildQuery(filter))
  if (kind === 'many') return rows
  if (rows.length !== 1) throw new Error(`Wrong number of parents: ${rows.length}`)
  return rows[0]
}

function filterBy(host: Host, { otherType, otherField }: Relation, value: unknown): Filter {
  const span = { source: new Source(''), start: 0, end: 0 }
  const type = { model: otherType, exact: false, scalar: undefined, list: false, nullable: false }
  return {
    model: otherType,
    relations: [],
    conditions: [[{ lhs: { typeName: otherType, fieldName: otherField }, cmp: 'Eq', rhs: { value } }]],
    types: host.types,
    condition: {
      kind: 'compare',
      operator: '=',
      left: {
        kind: 'path',
        root: { kind: 'resource', name: 'resource', model: otherType, type },
        steps: [{ name: otherField, model: otherType, span }],
      },
      right: { kind: 'value', value },
      span,
    },
  }
}
