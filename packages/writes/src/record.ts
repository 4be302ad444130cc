import {
  type Authorizer,
  entryOf,
  ForbiddenError,
  NotFoundError,
  UnauthenticatedError,
} from '@arcturus/core/internal/writes'
import type { LinkRelation, Values } from './change.js'
import { engineFor } from './engineFor.js'
import { writeDenial } from './refusal.js'
import type { RowRules } from './rules.js'

/** The references of one relation to one row that a write sets. */
export interface WrittenReferences<Where> {
  readonly relation: LinkRelation
  /** The keys of the rows at their ends, by their texts. */
  readonly keys: Map<string, Values>
  /** Conditions that name rows at their ends. */
  readonly ends: Where[]
  /** The rows that have the references, before the write. */
  readonly before: Where[]
}

/** What a write does about an error, once all of it is undone. */
export interface Refused<Where> {
  /** Returns whether an error would tell of hidden rows. */
  readonly isHidden: (error: unknown) => boolean
  /** Runs a function with rules in the state before the write. */
  readonly lookUp: (find: (rules: RowRules<Where>) => Promise<string | undefined>) => Promise<string | undefined>
}

/** What an operation does to the rows of one model by one action. */
interface Part {
  /** Whether its rows are new: a new row that is refused has no key. */
  readonly isNew: boolean
  readonly action: string
  readonly model: string
  /** The rows with their keys, by the texts of these. */
  readonly rows: Map<string, object>
  readonly fields: Set<string>
}

/** The decisions of one write: one for each model and action that it touches. Listeners receive them at its end. */
export class WriteRecord<Where> {
  readonly #parts = new Map<string, Part>()
  readonly #references = new Map<string, WrittenReferences<Where>>()

  constructor(
    private readonly authorizer: Authorizer,
    private readonly actor: unknown,
  ) {}

  /**
   * Notes that the write touches a model. What is noted first is what a refusal is about.
   * @param rows - Rows that it writes.
   * @param fields - The fields that the caller names.
   */
  touch(
    { isNew, action, model }: Pick<Part, 'isNew' | 'action' | 'model'>,
    rows: readonly Values[] = [],
    fields: readonly string[] = [],
  ): void {
    if (!engineFor(this.authorizer).listeners.active) return
    const make = (): Part => ({ isNew, action, model, rows: new Map(), fields: new Set() })
    const part = entryOf(this.#parts, JSON.stringify([action, model]), make)
    for (const field of fields) part.fields.add(field)
    this.#add(part, rows)
  }

  /** Notes readable rows that refuse the write. */
  refuse(model: string, rows: readonly Values[]): void {
    const [main] = this.#parts.values()
    if (main?.model === model) this.#add(main, rows)
  }

  #add({ model, rows: known }: Part, rows: readonly Values[]): void {
    const names = this.authorizer.schema.key(model) ?? []
    for (const row of rows) {
      const key = Object.fromEntries(names.map((name) => [name, row[name]]))
      const texts = Object.values(key).map((value) => (value instanceof Date ? value.toISOString() : value))
      if (texts.some((value) => (value ?? null) === null)) continue
      known.set(texts.map(String).join('\0'), this.authorizer.as(model, key))
    }
  }

  /**
   * Notes a reference that the write sets: a refusal names it if its row may not be read.
   * @param before - The rows that have it; undefined for a new row.
   * @param end - The row at its end, if the columns do not name it.
   */
  refer(relation: LinkRelation, columns: Values, before?: Where, end?: Where): void {
    const { owner, name, from, to } = relation
    const make = (): WrittenReferences<Where> => ({ relation, keys: new Map(), ends: [], before: [] })
    const noted = entryOf(this.#references, `${owner}.${name}`, make)
    const key = from.map((column) => columns[column])
    if (key.every((value) => ['string', 'number', 'bigint', 'boolean'].includes(typeof value)))
      noted.keys.set(JSON.stringify(key.map(String)), Object.fromEntries(to.map((column, at) => [column, key[at]])))
    if (end !== undefined) noted.ends.push(end)
    if (before !== undefined) noted.before.push(before)
  }

  /** Runs the write, and adds to its refusal the relation whose row the actor may not read, as `authorizeChange` does. */
  async #named<Result>(write: () => Promise<Result>, { isHidden, lookUp }: Refused<Where>): Promise<Result> {
    try {
      return await write()
    } catch (error) {
      const refusal = isHidden(error) ? writeDenial(this.actor) : error
      if (refusal instanceof ForbiddenError && refusal.data === undefined && this.#references.size > 0) {
        // The refusal stays, whatever fails now.
        const relation = await lookUp((rules) => rules.unreadable(this.#references.values())).catch(() => undefined)
        if (relation !== undefined) Object.defineProperty(refusal, 'data', { value: { relation } })
      }
      throw refusal
    }
  }

  /** Runs the write and tells the listeners what was decided. An error that would tell of hidden rows becomes a refusal. */
  async run<Result>(write: () => Promise<Result>, refused: Refused<Where>): Promise<Result> {
    const { listeners } = engineFor(this.authorizer)
    if (!listeners.active) return await this.#named(write, refused)
    const begun = listeners.now()
    const made = ({ isNew, action, model, rows, fields }: Part, reason?: Reason): void => {
      // Nobody learns the key of a row that they may not read.
      const shown = reason === undefined || (reason === 'forbidden' && !isNew) ? [...rows.values()] : []
      const decision = listeners.begin('change', this.actor, action, shown.length === 1 ? shown[0] : model, true)
      const details = { reason, ...(fields.size > 0 && { fields: [...fields] }), rows: shown }
      decision.took(listeners.now() - begun, reason === undefined, details)
    }
    let result: Result
    try {
      result = await this.#named(write, refused)
    } catch (error) {
      const [main] = this.#parts.values()
      const reason = reasonOf(error)
      if (main && reason) made(main, reason)
      else if (main) listeners.begin('change', this.actor, main.action, main.model, true).failed(error)
      throw error
    }
    for (const [at, part] of [...this.#parts.values()].entries()) if (at === 0 || part.rows.size > 0) made(part)
    return result
  }
}

type Reason = 'nobody' | 'hidden' | 'forbidden'

/** Returns the reason of a denial; undefined for another error. */
function reasonOf(error: unknown): Reason | undefined {
  if (error instanceof UnauthenticatedError) return 'nobody'
  if (error instanceof NotFoundError) return 'hidden'
  return error instanceof ForbiddenError ? 'forbidden' : undefined
}
