import type { Definite, KnownRow, Operand } from '../../condition/condition.js'
import { rowType } from '../../condition/type.js'
import type { Span } from '../../language/source.js'
import { unloadedRelation } from '../../schema/reference.js'
import type { Schema } from '../../schema/schema.js'
import { all } from './logic.js'

/** The row of the database that an object stands for; undefined where its key is not all there, as it is before it is saved. */
export function knownRow(schema: Schema, object: object): KnownRow | undefined {
  const model = schema.modelOf(object)?.name
  if (model === undefined) return undefined
  // A row that is known by a foreign key has the columns that the key refers to, and no others.
  const names = unloadedRelation(object) ? Object.keys(object) : (schema.key(model) ?? [])
  const key = names.map((field) => ({ field, value: Reflect.get(object, field) as unknown }))
  if (key.length === 0 || !key.every(({ field, value }) => isKeyValue(schema, model, field, value))) return undefined
  const name = `${model}(${key.map(({ value }) => String(value)).join(', ')})`
  return { kind: 'row', name, model, key, type: rowType(schema, model, false, true) }
}

function isKeyValue(schema: Schema, model: string, field: string, value: unknown): boolean {
  return value !== undefined && value !== null && schema.field(model, field)?.kind !== 'relation'
}

/** The same text for the same row. */
export function identityOfRow({ model, key }: KnownRow): string {
  return JSON.stringify([model, ...key.map(({ field, value }) => [field, typeof value, String(value)])])
}

/**
 * The condition, false where a row is gone of whose relations it asks what they do not hold: nothing is granted because of
 * what a row that is not there does not have.
 */
export function demandKnownRows(condition: Definite): Definite {
  const rows = new Map<KnownRow, Definite>()
  collect(condition, false, rows)
  return rows.size === 0 ? condition : all([...rows.values(), condition])
}

function collect(condition: Definite, isNegated: boolean, rows: Map<KnownRow, Definite>): void {
  const add = (operands: readonly Operand[], span: Span): void => {
    for (const operand of operands) {
      if (!isNegated || operand.kind !== 'path' || operand.root.kind !== 'row') continue
      const { root } = operand
      rows.set(root, { kind: 'isa', of: { kind: 'path', root, steps: [] }, model: root.model, exact: false, span })
    }
  }
  switch (condition.kind) {
    case 'true':
    case 'false':
      return
    case 'and':
    case 'or':
      for (const one of condition.of) collect(one, isNegated, rows)
      return
    case 'not':
      collect(condition.of, true, rows)
      return
    case 'some':
      add([condition.from], condition.span)
      collect(condition.where, isNegated, rows)
      return
    case 'reach':
      add([condition.start], condition.span)
      collect(condition.where, isNegated, rows)
      for (const { where } of condition.steps) collect(where, isNegated, rows)
      return
    case 'compare':
      add([condition.left, condition.right], condition.span)
      return
    case 'in':
      add([condition.item, condition.list], condition.span)
      return
    case 'isa':
      add([condition.of], condition.span)
      return
    case 'text':
      add([condition.of, condition.part], condition.span)
      return
  }
}
