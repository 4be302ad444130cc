import { readFile } from 'node:fs/promises'
import { type Authorizer, QueryError } from '@arcturus/core'
import { Failure, reasonOf } from '../output/failure.js'
import type { Project, RowsWith } from './project.js'
import { modelCalled, type Row, recordedKeys, typedRow } from './rows.js'

/**
 * Reads a file with rows by their models, such as `{ "User": [{ "id": 1 }], "Note": [{ "id": 1, "ownerId": 1 }] }`, and
 * links them by the columns of their relations. Other relations must be within the rows: the database is not read.
 */
export async function snapshotRows(project: Project, file: string): Promise<RowsWith> {
  const { authorizer } = project
  const { schema } = authorizer
  const rows = new Map<string, readonly Row[]>()
  const indexes = new Map<string, ReadonlyMap<string, readonly Row[]>>()
  /** Returns the rows of a model by the texts of some columns. */
  const indexOf = (model: string, columns: readonly string[]): ReadonlyMap<string, readonly Row[]> => {
    const name = [model, ...columns].join()
    const known = indexes.get(name)
    if (known) return known
    const index = new Map<string, Row[]>()
    for (const row of schema.descendants(model).flatMap((one) => rows.get(one) ?? [])) {
      const text = textOf(row, columns)
      const same = index.get(text)
      if (same) same.push(row)
      else index.set(text, [row])
    }
    indexes.set(name, index)
    return index
  }
  for (const [name, list] of Object.entries(await contentOf(file))) {
    const model = modelCalled(authorizer, name)
    const made = list.map((one) => rowOf(authorizer, model, typedRow(schema, model, one)))
    rows.set(model, made)
  }
  for (const [model, list] of rows)
    for (const field of schema.fields(model)) {
      if (
        field.kind !== 'relation' ||
        field.from.length === 0 ||
        !schema.descendants(field.model).some((one) => rows.has(one))
      )
        continue
      for (const row of list.filter((one) => !(field.name in one)))
        Object.defineProperty(row, field.name, {
          get() {
            const found = indexOf(field.model, field.to).get(textOf(row, field.from)) ?? []
            return field.many ? found : (found[0] ?? null)
          },
        })
    }
  await closeDatabase(project)
  return async (model, keys) => {
    const columns = schema.key(model) ?? []
    return recordedKeys(authorizer, model, keys).flatMap(
      (key) => indexOf(model, columns).get(textOf(key, columns)) ?? [],
    )
  }
}

/** Returns an object as a row of a model. */
export function rowOf(authorizer: Authorizer, model: string, row: Row): Row {
  const { class: cls } = authorizer.schema.models.get(model)!
  return cls ? Object.assign(Object.create(cls.prototype), row) : authorizer.as(model, row)
}

/** Lets no check read a relation in the database. Returns a function that ends it. */
export async function closeDatabase({ authorizer, library }: Project): Promise<() => void> {
  const { RelationMemory } = await library('tools')
  class Closed extends RelationMemory {
    override get({ name }: Parameters<InstanceType<typeof RelationMemory>['get']>[0]): Promise<never> {
      return Promise.reject(new QueryError('relation-not-loaded', `There are no rows of "${name}".`))
    }
  }
  const closed = new Closed()
  return authorizer.rememberIn(() => closed)
}

async function contentOf(file: string): Promise<Readonly<Record<string, readonly Row[]>>> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new Failure(`The snapshot can't be read: ${reasonOf(cause)}`, 'write JSON: {"User":[{"id":1}]}', cause)
  }
}

/** Returns the values of columns as a text. No key of a row is like a null, which refers to no row. */
function textOf(row: Row, columns: readonly string[]): string {
  // Sound: columns are fields of rows.
  const values = columns.map((name) => (row as Readonly<Record<string, unknown>>)[name])
  return values.map((value) => (value === null || value === undefined ? '\0' : String(value))).join('\0')
}
