import {
  type Authorizer,
  entryOf,
  ForbiddenError,
  NotFoundError,
  UnauthenticatedError,
} from '@arcturus/core/internal/writes'
import type { Values } from './change.js'
import { engineFor } from './engineFor.js'

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
export class WriteRecord {
  readonly #parts = new Map<string, Part>()

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

  /** Runs the write, and tells the listeners what was decided. Returns or throws what it does. */
  async run<Result>(write: () => Promise<Result>): Promise<Result> {
    const { listeners } = engineFor(this.authorizer)
    if (!listeners.active) return await write()
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
      result = await write()
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
