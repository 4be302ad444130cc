import type { RowStore, Values } from './change.js'

/** Returns columns of the rows with some keys that fulfil all conditions, by as many queries as the keys need. */
export async function findKeyed<Where>(
  store: RowStore<Where>,
  model: string,
  keys: readonly Values[],
  conditions: readonly Where[],
  columns: readonly string[],
  isLocked = false,
  most: number = store.mostKeys,
): Promise<readonly Values[]> {
  const rows: Values[] = []
  for (let from = 0; from < keys.length; from += most) {
    const where = store.keyed(model, keys.slice(from, from + most))
    rows.push(...(await store.find(model, store.all([where, ...conditions]), columns, isLocked)))
  }
  return rows
}
