import type { LinkRelation, Values } from './change.js'
import { keyText, type Ledger } from './ledger.js'
import type { Apply, RuleParts } from './parts.js'

/** Tests the rows that the database deletes or changes with a row that is deleted, or gets another key: they count as written. */
export class Cascades<Where> {
  constructor(
    private readonly parts: RuleParts<Where>,
    private readonly ledger: Ledger<Where>,
    private readonly fieldNames: (kind: 'update', model: string, names: readonly string[]) => readonly string[],
  ) {}

  /**
   * Finds the rows that the database deletes or changes with some rows.
   * @param columns - What the rows get; undefined if they are deleted.
   * @returns what to do after the write
   * @throws the denial if the actor may not delete or update one of them
   */
  async prepare(
    model: string,
    rows: readonly Values[],
    seen: Set<string> = new Set(),
    columns?: Values,
  ): Promise<Apply> {
    const after: Apply[] = []
    for (const row of rows) seen.add(this.#text(model, row))
    if (!this.parts.trustsCascades && rows.length > 0) {
      for (const { relation, onDelete } of this.parts.relations.dependents(model)) {
        const how = columns ? (relation.to.some((name) => name in columns) ? 'follow' : 'refuse') : onDelete
        if (how !== 'refuse') after.push(await this.#prepareRelation(relation, how, rows, seen))
      }
    }
    return async () => {
      for (const one of after) await one()
    }
  }

  /** Prepares an update of columns to which other rows refer, as `prepare`; undefined if it sets no such column. */
  async prepareKeys(model: string, where: Where, columns: Values): Promise<Apply | undefined> {
    const { store, relations, keyOf } = this.parts
    const referred = relations.dependents(model).flatMap(({ relation }) => relation.to)
    const set = referred.filter((name) => name in columns)
    if (set.length === 0) return undefined
    const rows = await store.find(model, where, [...keyOf(model), ...referred])
    const changed = rows.filter((row) => set.some((name) => String(row[name]) !== String(columns[name])))
    return await this.prepare(model, changed, new Set(), columns)
  }

  /** @throws the denial if one of the found rows does not allow an action */
  async #assertAllowed(
    kind: 'update' | 'delete',
    model: string,
    where: Where,
    found: readonly Values[],
    fields: readonly string[],
  ): Promise<void> {
    const { store, judge, keyOf } = this.parts
    const allowed = found.length > 0 ? [...(await judge.before(kind, model))] : []
    for (const field of fields) allowed.push(...(await judge.before(kind, model, field)))
    if (allowed.length === 0) return
    const permitted = await store.find(model, store.all([where, ...allowed]), keyOf(model))
    if (new Set(permitted.map((row) => this.#text(model, row))).size < found.length) throw judge.denial()
  }

  async #prepareRelation(
    relation: LinkRelation,
    how: 'cascade' | 'detach' | 'follow',
    rows: readonly Values[],
    seen: Set<string>,
  ): Promise<Apply> {
    const { store, judge, keyOf, relations } = this.parts
    const { name, owner, from, to } = relation
    const kind = how === 'cascade' ? 'delete' : 'update'
    await judge.filter(kind, owner)
    const references = rows.map((row) => Object.fromEntries(from.map((name, at) => [name, row[to[at]!]])))
    const isReferred = (one: Values): boolean => Object.values(one).every((value) => (value ?? null) !== null)
    const referring = store.keyed(owner, references.filter(isReferred))
    const columns = [...new Set([...keyOf(owner), ...relations.dependents(owner).flatMap((one) => one.relation.to)])]
    const all = await store.find(owner, referring, columns)
    // A row that refers to itself, or in a circle, is deleted already.
    const found = all.filter((row) => !seen.has(this.#text(owner, row)))
    if (found.length === 0) return async () => {}
    const names = kind === 'update' ? this.fieldNames('update', owner, name ? [name] : from) : []
    // The refusal names no field: it would tell of rows that may not be read.
    const fields = await judge.fields('update', owner, names, true)
    await this.#assertAllowed(kind, owner, referring, all, fields)
    if (kind === 'update') {
      await this.ledger.expect(owner, referring)
      return async () => {
        const kept = found.filter((row) => !seen.has(this.#text(owner, row)))
        this.ledger.changed(owner, kept, { isMoved: how === 'detach', fields })
      }
    }
    const below = await this.prepare(owner, found, seen)
    return async () => {
      this.ledger.deleted(owner, found)
      await below()
    }
  }

  #text(model: string, row: Values): string {
    return keyText(model, this.parts.keyOf(model), row)
  }
}
