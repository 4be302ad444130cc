import { entryOf } from '@arcturus/core/internal/writes'
import type { LinkRelation, RowStore, Values } from './change.js'
import type { Judge, Written } from './judge.js'
import type { RowsFilter } from './rowsFilter.js'
import type { KeyedRows } from './witness.js'

/** The maximum number of rows in one query whose conditions differ from row to row. */
const mostChanges = 100

/** Rows that a write has created or changed alike. */
interface Entry extends Required<Omit<EntryOptions, 'isMoved'>> {
  readonly model: string
  /** The keys of the rows, by their texts. */
  readonly keys: Map<string, Values>
  /** The action that has to be allowed after the write. */
  readonly kind: 'create' | 'update'
}

/** What is known of written rows. Default: nothing. */
export interface EntryOptions {
  /** Whether the values of new rows were enough to allow them. */
  readonly isDecided?: boolean
  /** The fields whose permission depends on the row. */
  readonly fields?: readonly string[]
  /** The relations to one row that the write has set. */
  readonly links?: readonly LinkRelation[]
  /** Whether the write links or moves the rows. */
  readonly isMoved?: boolean
  /** Whether the write returns the rows, so that they have to be readable. */
  readonly isRead?: boolean
  /** Whether the rows have the columns that they had before. */
  readonly keepsColumns?: boolean
}

export interface LedgerParts<Where> {
  readonly store: RowStore<Where>
  readonly judge: Judge<Where>
  readonly keyOf: (model: string) => readonly string[]
  /** Returns all columns of a model, for rules about the rows before and after a change, and about links. */
  readonly allColumns: (model: string) => readonly string[]
}

/** What has to be true of a row after a write. */
export interface Demands<Where> {
  readonly conditions: readonly Where[]
  /** Whether the actor may read every row that fulfils them. */
  readonly isReadable: boolean
}

/** The rows that a write has created and changed, and what has to be true of them after it. */
export class Ledger<Where> {
  readonly #store: RowStore<Where>
  readonly #judge: Judge<Where>
  readonly #keyOf: (model: string) => readonly string[]
  readonly #allColumns: (model: string) => readonly string[]
  readonly #entries = new Map<string, Entry>()
  /** The keys of the rows that the write creates, links or moves, by their models and their texts. */
  readonly #moved = new Map<string, Map<string, Values>>()
  /** What rows may become by rules about both states, by the texts of their keys. */
  readonly #changes = new Map<string, RowsFilter>()

  constructor({ store, judge, keyOf, allColumns }: LedgerParts<Where>) {
    this.#store = store
    this.#judge = judge
    this.#keyOf = keyOf
    this.#allColumns = allColumns
  }

  /**
   * Reads rows that are about to change, if rules decide their update by the row before and the row after.
   * @returns what to do after the update, with the rows as they are then: their keys may be others.
   */
  async expect(model: string, where: Where): Promise<(rows: readonly Values[]) => void> {
    if (!this.#judge.comparesStates(model)) return () => {}
    const found = await this.#store.find(model, where, this.#allColumns(model))
    for (const row of found) {
      const key = this.#text(model, row)
      if (!this.#changes.has(key)) this.#changes.set(key, await this.#judge.change(model, row))
    }
    return (rows) => {
      const [before, after] = [found[0], rows[0]]
      if (!before || !after || found.length > 1 || rows.length > 1) return
      this.#changes.set(this.#text(model, after), this.#changes.get(this.#text(model, before))!)
    }
  }

  created(model: string, rows: readonly Values[], options: EntryOptions = {}): void {
    this.#add(model, rows, 'create', { isMoved: true, ...options })
  }

  changed(model: string, rows: readonly Values[], options: EntryOptions = {}): void {
    this.#add(model, rows, 'update', options)
  }

  /** A row that was changed and is deleted now has nothing to fulfil. */
  deleted(model: string, rows: readonly Values[]): void {
    this.#judge.touches('delete', model, rows)
    const all = [...this.#entries.values()].filter((entry) => entry.model === model).map(({ keys }) => keys)
    for (const text of rows.map((row) => this.#text(model, row)))
      for (const keys of [...all, this.#moved.get(model)]) keys?.delete(text)
  }

  /**
   * Asserts that the state after the write is allowed for all rows, by one query for each kind of
   * statement.
   * @param but - The text of the key of a row that is not tested.
   * @throws the denial if a row does not fulfil its conditions
   */
  async verify(but?: string): Promise<void> {
    for (const entry of this.#entries.values()) {
      const { model, isDecided, isRead, fields, links } = entry
      if (isDecided && !isRead && fields.length === 0 && links.length === 0) continue
      const keys = [...entry.keys].flatMap(([text, key]) => (text === but ? [] : [key]))
      if (keys.length === 0) continue
      const written = { ...this.#written(), keepsColumns: this.#keepsColumns(entry) }
      const demands = this.#isCompared(entry) ? undefined : await this.#demands(entry, keys[0]!, written)
      if (demands?.length === 0) continue
      const most = demands ? this.#store.mostKeys : mostChanges
      for (let from = 0; from < keys.length; from += most) {
        const some = keys.slice(from, from + most)
        if (demands) await this.#verifyKeys(model, some, this.#store.all([this.#store.keyed(model, some), ...demands]))
        else await this.#verifyKeys(model, some, await this.#oneByOne(entry, some, written))
      }
    }
  }

  /** Asserts the same for all rows but one, whose conditions the caller tests by itself. */
  async verifyBut(model: string, row: Values): Promise<Demands<Where>> {
    const text = this.#text(model, row)
    await this.verify(text)
    const written = this.#written()
    const conditions: Where[] = []
    let isReadable = false
    for (const entry of this.#entries.values()) {
      if (!entry.keys.has(text)) continue
      conditions.push(...(await this.#demands(entry, row, written)))
      isReadable ||= await this.#isReadable(entry)
    }
    return { conditions, isReadable }
  }

  /** Returns whether no statement has changed a column of the rows. */
  #keepsColumns({ model, keys, keepsColumns }: Entry): boolean {
    const others = [...this.#entries.values()].filter((one) => one.model === model && !one.keepsColumns)
    return keepsColumns && others.every((one) => [...keys.keys()].every((text) => !one.keys.has(text)))
  }

  /** Returns whether what a row has to fulfil depends on the row before. */
  #isCompared({ model, kind, isDecided }: Entry): boolean {
    return kind === 'update' && !isDecided && this.#judge.comparesStates(model)
  }

  /** Returns the rows that fulfil conditions of their own. */
  async #oneByOne(entry: Entry, keys: readonly Values[], written: Written): Promise<Where> {
    const wheres: Where[] = []
    for (const key of keys) {
      const demands = await this.#demands(entry, key, written)
      wheres.push(this.#store.all([this.#store.keyed(entry.model, [key]), ...demands]))
    }
    return this.#store.any(wheres)
  }

  async #verifyKeys(model: string, keys: readonly Values[], where: Where): Promise<void> {
    const found = await this.#store.find(model, where, this.#keyOf(model))
    const texts = new Set(found.map((row) => this.#text(model, row)))
    if (texts.size < keys.length) throw this.#judge.denial()
  }

  async #demands(entry: Entry, key: Values, written: Written): Promise<readonly Where[]> {
    const { model, kind, isDecided, isRead, fields, links } = entry
    const demands: Where[] = []
    if (this.#isCompared(entry)) demands.push(...(await this.#judge.allowed(this.#changeOf(model, key), written)))
    else if (!isDecided) demands.push(...(await this.#judge.after(kind, model, written)))
    if (isRead && !(await this.#isReadable(entry))) demands.push(...(await this.#judge.after('read', model, written)))
    for (const field of fields) demands.push(...(await this.#judge.after(kind, model, written, field)))
    for (const relation of links) {
      const readable = await this.#judge.after('read', relation.model, written)
      if (readable.length === 0) continue
      const created = written.created.filter((rows) => rows.model === relation.model)
      const known = created.map(({ keys }) => this.#store.keyed(relation.model, keys))
      const other = this.#store.all(readable)
      demands.push(this.#store.related(relation, known.length > 0 ? this.#store.any([...known, other]) : other))
    }
    return demands
  }

  /** Returns whether the actor may read a row because it is allowed after the write. */
  async #isReadable(entry: Entry): Promise<boolean> {
    return !entry.isDecided && !this.#isCompared(entry) && (await this.#judge.impliesRead(entry.kind, entry.model))
  }

  #changeOf(model: string, key: Values): RowsFilter {
    const change = this.#changes.get(this.#text(model, key))
    // Another transaction has changed which rows the statement changes.
    if (!change) throw this.#judge.denial()
    return change
  }

  #written(): Written {
    const rowsOf = (all: Iterable<Pick<Entry, 'model' | 'keys'>>): KeyedRows[] =>
      [...all].flatMap(({ model, keys }) => (keys.size > 0 ? [{ model, keys: [...keys.values()] }] : []))
    return {
      moved: rowsOf([...this.#moved].map(([model, keys]) => ({ model, keys }))),
      created: rowsOf([...this.#entries.values()].filter(({ kind }) => kind === 'create')),
    }
  }

  #add(model: string, rows: readonly Values[], kind: Entry['kind'], { isMoved, ...options }: EntryOptions): void {
    this.#judge.touches(kind, model, rows)
    const own = { isDecided: false, fields: [], links: [], isRead: false, keepsColumns: false, ...options }
    const alike = JSON.stringify([model, kind, { ...own, links: own.links.map(({ name }) => name) }])
    const { keys } = entryOf(this.#entries, alike, (): Entry => ({ model, keys: new Map(), kind, ...own }))
    const moved = isMoved ? entryOf(this.#moved, model, () => new Map<string, Values>()) : undefined
    const names = this.#keyOf(model)
    for (const row of rows) {
      const [text, key] = [keyText(model, names, row), Object.fromEntries(names.map((name) => [name, row[name]]))]
      keys.set(text, key)
      moved?.set(text, key)
    }
  }

  #text(model: string, row: Values): string {
    return keyText(model, this.#keyOf(model), row)
  }
}

/** Returns a text that is the same for the same row. */
export function keyText(model: string, key: readonly string[], row: Values): string {
  return JSON.stringify([model, ...key.map((name) => valueText(row[name]))])
}

function valueText(value: unknown): string {
  return value instanceof Date ? value.toISOString() : `${typeof value} ${String(value)}`
}
