import type { Authorizer } from '@arcturus/core'

/** The rows of all tables, by model and key. */
export type Tables = Readonly<Record<string, ReadonlyMap<number, Row>>>
export type Row = Readonly<Record<string, unknown>>

interface Reference {
  readonly model: string
  readonly column: string
  readonly relation: string
  readonly to: string
  readonly back: string
  /** Whether the other row has one such row. */
  readonly isOne?: true
}

/** The references between the tables of the schema `workspace`. */
export const references: readonly Reference[] = [
  { model: 'Member', column: 'userId', relation: 'user', to: 'User', back: 'members' },
  { model: 'Member', column: 'spaceId', relation: 'space', to: 'Space', back: 'members' },
  { model: 'Board', column: 'spaceId', relation: 'space', to: 'Space', back: 'boards' },
  { model: 'Item', column: 'boardId', relation: 'board', to: 'Board', back: 'items' },
  { model: 'Item', column: 'assigneeId', relation: 'assignee', to: 'User', back: 'items' },
  { model: 'Item', column: 'parentId', relation: 'parent', to: 'Item', back: 'parts' },
  { model: 'Note', column: 'itemId', relation: 'item', to: 'Item', back: 'note', isOne: true },
]

/**
 * Links all rows to each other as objects, with every relation loaded.
 * @param isIn - Whether a row is in a collection of another.
 */
export function graphOf(
  authorizer: Authorizer,
  tables: Tables,
  isIn: (model: string, key: number, holder: string, holderKey: number) => boolean = () => true,
): (model: string, key: number) => object | undefined {
  const rows = new Map<string, Record<string, unknown>>()
  for (const [model, of] of Object.entries(tables))
    for (const [key, row] of of) {
      const { tags, ...columns } = row
      rows.set(`${model} ${key}`, authorizer.as(model, { ...columns }) as Record<string, unknown>)
    }
  const at = (model: string, key: unknown) => rows.get(`${model} ${String(key)}`)
  for (const { to, back, isOne } of references)
    for (const key of tables[to]!.keys()) at(to, key)![back] = isOne ? null : []
  for (const { model, column, relation, to, back, isOne } of references) {
    for (const [key, row] of tables[model]!) {
      const other = at(to, row[column]) ?? null
      at(model, key)![relation] = other
      if (!other || !isIn(model, key, to, row[column] as number)) continue
      if (isOne) other[back] = at(model, key)
      else (other[back] as object[]).push(at(model, key)!)
    }
  }
  for (const key of tables['Tag']!.keys()) at('Tag', key)!['items'] = []
  for (const [key, row] of tables['Item']!) {
    const tags = row['tags'] as readonly number[]
    at('Item', key)!['tags'] = tags.filter((tag) => isIn('Tag', tag, 'Item', key)).map((tag) => at('Tag', tag))
    for (const tag of tags)
      if (isIn('Item', key, 'Tag', tag)) (at('Tag', tag)!['items'] as object[]).push(at('Item', key)!)
  }
  return at
}
