import { type Data, keyText, type Values } from '@arcturus/writes/internal/prisma'
import type { Arguments } from '../literal.js'
import type { PrismaModel } from '../schema/schema.js'

/** Finds the readable rows of some conditions. */
export type FindReadable = (wheres: readonly Arguments[], columns: readonly string[]) => Promise<readonly Values[]>

/**
 * Returns the rows that `skipDuplicates` does not skip: no readable row, and no row before them, has one of their
 * unique values. A hidden row is no duplicate: it refuses the insert, as it does without `skipDuplicates`.
 * @param knownOf - Returns the columns of a new row whose stored values are known.
 * @param uniques - The columns of each unique value that all readable rows show.
 */
export async function withoutDuplicates(
  model: PrismaModel,
  rows: readonly Data<Arguments>[],
  knownOf: (columns: Values) => Values,
  uniques: readonly (readonly string[])[],
  find: FindReadable,
): Promise<readonly Data<Arguments>[]> {
  const valuesOf = (data: Data<Arguments>): readonly Values[] => {
    const known = knownOf(data.columns)
    return uniques.flatMap((names) =>
      names.every((name) => (known[name] ?? null) !== null)
        ? [Object.fromEntries(names.map((name) => [name, known[name]]))]
        : [],
    )
  }
  const text = (values: Values): string => keyText(model.name, Object.keys(values), values)
  const textsOf = (row: Values): readonly string[] =>
    uniques.map((names) => text(Object.fromEntries(names.map((name) => [name, row[name]]))))
  const wanted = rows.flatMap(valuesOf)
  const taken = new Set<string>()
  if (wanted.length > 0) {
    const known = new Set(wanted.map(text))
    const found = (await find(wanted, [...new Set(uniques.flat())])).map(textsOf)
    for (const one of found.flat()) taken.add(one)
    // The database can take other texts for equal, such as those of another case.
    if (found.some((texts) => !texts.some((one) => known.has(one))))
      for (const values of wanted) if ((await find([values], model.key)).length > 0) taken.add(text(values))
  }
  return rows.filter((data) => {
    const texts = valuesOf(data).map((values) => text(values))
    if (texts.some((one) => taken.has(one))) return false
    for (const one of texts) taken.add(one)
    return true
  })
}
