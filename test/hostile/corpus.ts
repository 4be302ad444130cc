import { readFileSync } from 'node:fs'

/** The file of hostile conditions: somebody else's data, so the project has no copy of it. */
export interface Corpus {
  readonly actions: Readonly<Record<string, HostileCase>>
  readonly principal: { readonly attr: Readonly<Record<string, unknown>> }
  readonly rows: readonly CorpusRow[]
}

export interface HostileCase {
  /** `conformance` where other projects answer alike; else what it is that they refuse or differ in. */
  readonly group: string
  /** The ids of the rows that the condition allows when nil is a value. */
  readonly allowWhenNullIsAValue: readonly string[]
}

interface CorpusRow extends Columns {
  readonly id: string
  readonly createdBy: string
  readonly createdAt: string | null
  readonly scope: string | null
  readonly aDouble: number | null
  readonly tags: readonly { readonly id: string; readonly name: string | null }[]
  readonly categories: readonly {
    readonly name: string
    readonly subCategories: readonly { readonly name: string; readonly labels: readonly { name: string | null }[] }[]
  }[]
  readonly parent: (Columns & { readonly inner: Columns | null }) | null
}

interface Columns {
  readonly aBool: boolean
  readonly aString: string
  readonly aNumber: number
  readonly aOptionalString: string | null
}

/** Where the file is, by the environment; undefined: it is not there, and nothing of it is tested. */
export const corpusPath = process.env['ARCTURUS_HOSTILE_FILTERS'] || undefined

export function readCorpus(path: string): Corpus {
  return JSON.parse(readFileSync(path, 'utf8')) as Corpus
}

/** A row of a table, by its columns. */
export type Row = Record<string, unknown> & { readonly id: string }

/** The rows of each table, so that those a row refers to come before it, but for the main category of an item. */
export interface Tables {
  readonly Parent: readonly Row[]
  readonly Item: readonly Row[]
  readonly Tag: readonly Row[]
  readonly Category: readonly Row[]
  readonly SubCategory: readonly Row[]
  readonly Label: readonly Row[]
}

/** The corpus as rows of tables. The main category of an item is its first. */
export function tablesOf(corpus: Corpus): Tables {
  const tables = { Parent: [], Item: [], Tag: [], Category: [], SubCategory: [], Label: [] } as Record<
    keyof Tables,
    Row[]
  >
  const addParent = (id: string, { aBool, aString, aNumber, aOptionalString }: Columns, innerId: string | null) =>
    tables.Parent.push({ id, aBool, aString, aNumber, aOptionalString, innerId })
  for (const { tags, categories, parent, ...row } of corpus.rows) {
    const parentId = parent && `${row.id}.parent`
    const innerId = parent?.inner ? `${row.id}.inner` : null
    if (innerId) addParent(innerId, parent!.inner!, null)
    if (parentId) addParent(parentId, parent, innerId)
    const mainCategoryId = categories.length > 0 ? `${row.id}.0` : null
    tables.Item.push({ ...row, createdAt: row.createdAt && new Date(row.createdAt), parentId, mainCategoryId })
    for (const { id, name } of tags) tables.Tag.push({ id, name, itemId: row.id })
    for (const [at, category] of categories.entries()) {
      const categoryId = `${row.id}.${at}`
      tables.Category.push({ id: categoryId, name: category.name, itemId: row.id })
      for (const [place, { name, labels }] of category.subCategories.entries()) {
        const subCategoryId = `${categoryId}.${place}`
        tables.SubCategory.push({ id: subCategoryId, name, categoryId })
        for (const [index, label] of labels.entries())
          tables.Label.push({ id: `${subCategoryId}.${index}`, name: label.name, subCategoryId })
      }
    }
  }
  return tables
}

/** The items with all their relations loaded. */
export function loadedItems(tables: Tables): Row[] {
  const copies = Object.fromEntries(
    Object.entries(tables).map(([model, rows]) => [model, (rows as readonly Row[]).map((row) => ({ ...row }))]),
  ) as Record<keyof Tables, Row[]>
  const one = (model: keyof Tables, id: unknown): Row | null => copies[model].find((row) => row.id === id) ?? null
  const many = (model: keyof Tables, key: string, id: string): Row[] => copies[model].filter((row) => row[key] === id)
  for (const parent of copies.Parent) parent['inner'] = one('Parent', parent['innerId'])
  for (const sub of copies.SubCategory) sub['labels'] = many('Label', 'subCategoryId', sub.id)
  for (const category of copies.Category) category['subCategories'] = many('SubCategory', 'categoryId', category.id)
  for (const item of copies.Item) {
    item['tags'] = many('Tag', 'itemId', item.id)
    item['categories'] = many('Category', 'itemId', item.id)
    item['mainCategory'] = one('Category', item['mainCategoryId'])
    item['parent'] = one('Parent', item['parentId'])
  }
  return copies.Item
}
