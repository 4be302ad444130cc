import { findKeyed, keyText, type RowStore } from '@arcturus/writes/internal/prisma'
import { whereOf } from '../filter/printed.js'
import { type Arguments, isArguments } from '../literal.js'
import type { PrismaModel } from '../schema/schema.js'

/** The rows of a result at one place, and what must be left out of them after they are read. */
export interface Level {
  readonly model: PrismaModel
  readonly relations: Map<string, Level>
  /** The rows that may be read, if Prisma cannot filter them: those of a required relation to one row. */
  readonly visible: Arguments | undefined
  /** The columns that only some rows show, and these rows. */
  readonly columns: ReadonlyMap<string, Arguments>
  /** Columns of the key that were selected only to find the rows again. */
  readonly added: readonly string[]
}

/** The maximum number of rows that one query looks up, beside the values of their condition. */
const mostKeys = 500

/** Removes rows and columns that may not be read from a result. */
export async function prune(result: unknown, level: Level, store: RowStore<Arguments>): Promise<void> {
  await pruneRows([result].flat().filter(isArguments), level, store)
}

async function pruneRows(rows: readonly Arguments[], level: Level, store: RowStore<Arguments>): Promise<void> {
  if (rows.length === 0) return
  for (const [name, below] of level.relations) {
    const related = () => rows.flatMap((row) => row[name]).filter(isArguments)
    if (below.visible) {
      const visible = await keysIn(related(), below.model, below.visible, store)
      for (const row of rows) {
        const one = row[name]
        if (isArguments(one) && !visible.has(textOf(one, below.model))) Reflect.set(row, name, null)
      }
    }
    await pruneRows(related(), below, store)
  }
  for (const [column, where] of level.columns) {
    const showing = rows.filter((row) => column in row)
    const visible = await keysIn(showing, level.model, where, store)
    for (const row of showing) if (!visible.has(textOf(row, level.model))) Reflect.deleteProperty(row, column)
  }
  for (const column of level.added) for (const row of rows) Reflect.deleteProperty(row, column)
}

async function keysIn(
  rows: readonly Arguments[],
  model: PrismaModel,
  where: Arguments,
  store: RowStore<Arguments>,
): Promise<ReadonlySet<string>> {
  const keys = [...new Map(rows.map((row) => [textOf(row, model), row])).values()]
  const found = await findKeyed(store, model.name, keys, [where], model.key, false, mostKeys)
  return new Set(found.map((row) => textOf(row, model)))
}

/** Returns a `where` for rows by columns. @param names - Default: those of their key. */
export function keysWhere(
  model: PrismaModel,
  rows: readonly Arguments[],
  names: readonly string[] = model.key,
): Arguments {
  const [name, ...others] = names
  if (rows.length === 0 || name === undefined) return whereOf(false, model)
  if (others.length === 0)
    return rows.length === 1 ? { [name]: rows[0]![name] } : { [name]: { in: rows.map((row) => row[name]) } }
  return { OR: rows.map((row) => Object.fromEntries(names.map((column) => [column, row[column]]))) }
}

function textOf(row: Arguments, model: PrismaModel): string {
  return keyText(model.name, model.key, row)
}
