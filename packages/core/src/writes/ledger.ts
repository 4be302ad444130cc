import type { LinkRelation, RowStore, Values } from './change.js'
import type { Judge, Written } from './judge.js'
import type { KeyedRows } from './witness.js'

/** A row that a write has created or changed. */
interface Entry {
  readonly model: string
  readonly key: Values
  /** The action that has to be allowed after the write. */
  readonly kind: 'create' | 'update'
  /** Whether the values of a new row were enough to allow it. */
  readonly isDecided: boolean
  /** The fields whose permission depends on the row. */
  readonly fields: readonly string[]
  /** The relations to one row that the write has set. */
  readonly links: readonly LinkRelation[]
  readonly isMoved: boolean
  /** Whether the write returns the row, so that it has to be readable. */
  readonly isRead: boolean
}

export interface EntryOptions {
  readonly isDecided?: boolean
  readonly fields?: readonly string[]
  readonly links?: readonly LinkRelation[]
  readonly isMoved?: boolean
  readonly isRead?: boolean
}

/** The rows that a write has created and changed, and what has to be true of them after it. */
export class Ledger<Where> {
  readonly #store: RowStore<Where>
  readonly #judge: Judge<Where>
  readonly #keyOf: (model: string) => readonly string[]
  readonly #entries: Entry[] = []

  constructor(store: RowStore<Where>, judge: Judge<Where>, keyOf: (model: string) => readonly string[]) {
    this.#store = store
    this.#judge = judge
    this.#keyOf = keyOf
  }

  created(model: string, row: Values, options: EntryOptions = {}): void {
    this.#add(model, row, 'create', { isMoved: true, ...options })
  }

  changed(model: string, row: Values, options: EntryOptions = {}): void {
    this.#add(model, row, 'update', options)
  }

  /** A row that was changed and is deleted now has nothing to fulfil. */
  deleted(model: string, rows: readonly Values[]): void {
    const gone = new Set(rows.map((row) => this.#text(model, row)))
    for (let at = this.#entries.length - 1; at >= 0; at--) {
      const entry = this.#entries[at]!
      if (gone.has(this.#text(entry.model, entry.key))) this.#entries.splice(at, 1)
    }
  }

  /**
   * Asserts that the state after the write is allowed for all rows, by one query for each kind of
   * statement.
   * @param except - A row whose conditions the caller tests by itself.
   * @returns the conditions of that row
   * @throws the denial if a row does not fulfil its conditions
   */
  async verify(except?: { readonly model: string; readonly row: Values }): Promise<readonly Where[]> {
    const written = this.#written()
    const excepted = except && this.#text(except.model, except.row)
    const own: Where[] = []
    const groups = new Map<string, Entry[]>()
    for (const entry of this.#entries) {
      if (this.#text(entry.model, entry.key) === excepted) own.push(...(await this.#demands(entry, written)))
      else {
        const { model, kind, isDecided, isRead, fields, links } = entry
        const group = JSON.stringify([model, kind, isDecided, isRead, fields, links.map(({ name }) => name)])
        groups.set(group, [...(groups.get(group) ?? []), entry])
      }
    }
    for (const entries of groups.values()) {
      const [{ model }] = entries as [Entry, ...Entry[]]
      const demands = await this.#demands(entries[0]!, written)
      if (demands.length === 0) continue
      const keys = [...new Map(entries.map((entry) => [this.#text(model, entry.key), entry.key])).values()]
      for (let from = 0; from < keys.length; from += this.#store.mostKeys)
        await this.#verifyKeys(model, keys.slice(from, from + this.#store.mostKeys), demands)
    }
    return own
  }

  async #verifyKeys(model: string, keys: readonly Values[], demands: readonly Where[]): Promise<void> {
    const where = this.#store.all([this.#store.keyed(model, keys), ...demands])
    const found = await this.#store.find(model, where, this.#keyOf(model))
    const texts = new Set(found.map((row) => this.#text(model, row)))
    if (texts.size < keys.length) throw this.#judge.denial()
  }

  async #demands(
    { model, kind, isDecided, isRead, fields, links }: Entry,
    written: Written,
  ): Promise<readonly Where[]> {
    const demands: Where[] = isDecided ? [] : [...(await this.#judge.after(kind, model, written))]
    if (isRead) demands.push(...(await this.#judge.after('read', model, written)))
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

  #written(): Written {
    const rowsOf = (isWanted: (entry: Entry) => boolean): KeyedRows[] => {
      const models = new Map<string, Map<string, Values>>()
      for (const entry of this.#entries) {
        if (!isWanted(entry)) continue
        const keys = models.get(entry.model) ?? new Map<string, Values>()
        models.set(entry.model, keys.set(this.#text(entry.model, entry.key), entry.key))
      }
      return [...models].map(([model, keys]) => ({ model, keys: [...keys.values()] }))
    }
    return { moved: rowsOf(({ isMoved }) => isMoved), created: rowsOf(({ kind }) => kind === 'create') }
  }

  #add(model: string, row: Values, kind: Entry['kind'], options: EntryOptions): void {
    const key = Object.fromEntries(this.#keyOf(model).map((name) => [name, row[name]]))
    const { isDecided = false, fields = [], links = [], isMoved = false, isRead = false } = options
    this.#entries.push({ model, key, kind, isDecided, fields, links, isMoved, isRead })
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
