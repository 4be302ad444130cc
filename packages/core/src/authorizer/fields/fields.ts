import { ForbiddenError, InvalidBodyError } from '../../errors.js'
import { isPartial, markPartial } from '../../schema/partial.js'
import type { Schema } from '../../schema/schema.js'
import { builtinClasses } from '../../values/builtin.js'
import { isThenable } from '../../values/thenable.js'
import { assertArrived, assertRow } from '../arguments.js'

/** Rows whose fields may be missing. */
export type Picked<Rows> = Rows extends readonly (infer Row)[] ? Partial<Row>[] : Partial<Rows>

/** Returns the names that are fields of the row on which the action is allowed. */
type Allowed = (row: object, names: readonly string[]) => Promise<ReadonlySet<string>>

/**
 * Copies rows with only their permitted fields, and nested rows likewise. All rows are decided
 * concurrently, so that their relations can be loaded together.
 * @throws ArgumentError for a value that is not a row or a list of rows.
 */
export function pickFields(schema: Schema, rows: object, allowed: Allowed): Promise<unknown> {
  assertArrived(rows, 'row of pickAuthorized')
  return new Picking(schema, allowed).rows(rows)
}

class Picking {
  /** The copies by row: a row that occurs again, possibly nested in itself, has one copy. */
  readonly #copies = new Map<object, object>()
  readonly #work: Promise<void>[] = []

  constructor(
    private readonly schema: Schema,
    private readonly allowed: Allowed,
  ) {}

  async rows(rows: object): Promise<unknown> {
    const picked = Array.isArray(rows) ? rows.map((row) => this.#copyOf(row)) : this.#copyOf(rows)
    // The list grows while it is awaited, since rows contain rows.
    for (let at = 0; at < this.#work.length; at++) await this.#work[at]
    return picked
  }

  #copyOf(row: object): object {
    assertRow(row, 'pickAuthorized')
    const known = this.#copies.get(row)
    if (known) return known
    const copy = {}
    this.#copies.set(row, copy)
    const filled = this.#fill(copy, row)
    // The promise is awaited later; an earlier failure must not count as unhandled.
    filled.catch(() => {})
    this.#work.push(filled)
    return copy
  }

  async #fill(copy: object, row: object): Promise<void> {
    const names = Object.keys(row)
    const shown = await this.allowed(row, names)
    for (const name of names) {
      if (!shown.has(name)) continue
      // `defineProperty`, so that a field named `__proto__` is an ordinary field.
      const value = this.#valueOf(row, name)
      Object.defineProperty(copy, name, { value, enumerable: true, writable: true, configurable: true })
      if (isPartial(row, name, Reflect.get(row, name))) markPartial(copy, name)
    }
  }

  #valueOf(row: object, name: string): unknown {
    const value: unknown = Reflect.get(row, name)
    const model = this.schema.baseOf(row)
    const field = model && this.schema.field(model.name, name)
    const relation = field?.kind === 'relation' ? field.model : undefined
    return Array.isArray(value) ? value.map((one) => this.#within(one, relation)) : this.#within(value, relation)
  }

  #within(value: unknown, relation: string | undefined): unknown {
    if (typeof value !== 'object' || value === null) return value
    // A row in a relation is a row of the relation's model, even if its client did not tag it.
    if (relation !== undefined) this.schema.adopt(value, relation)
    const model = this.schema.baseOf(value)
    return model && !builtinClasses.has(model.name) ? this.#copyOf(value) : value
  }
}

/**
 * Returns the names of the fields of a body, or of all bodies of a list.
 * @throws InvalidBodyError for a value that is not a body.
 */
export function namesIn(body: unknown): readonly string[] {
  if (isThenable(body)) {
    throw new InvalidBodyError('invalid-argument', 'The body must not be a promise.', {
      hint: 'await it first; otherwise the check would be about the promise',
    })
  }
  if (typeof body !== 'object' || body === null) {
    throw new InvalidBodyError('invalid-argument', 'The body must be an object whose keys are field names.', {
      data: { body },
    })
  }
  if (Array.isArray(body)) return [...new Set(body.flatMap(namesIn))]
  // `FormData`, `URLSearchParams` and `Map` have no own fields; `keys` lists them.
  if ('keys' in body && typeof body.keys === 'function' && Symbol.iterator in body) {
    const names: unknown[] = [...body.keys()]
    return [...new Set(names.map(String))].filter((name) => !isOfReact(name))
  }
  return Object.keys(body)
}

/**
 * Returns whether the field is React's: it adds fields to forms whose action runs on the server.
 */
function isOfReact(name: string): boolean {
  return name.startsWith('$ACTION_')
}

/** Returns the error for denied fields. It may name them, since the client named them first. */
export function fieldsDenied(fields: readonly string[]): ForbiddenError {
  const quoted = fields.map((field) => `"${field}"`).join(', ')
  return new ForbiddenError(`You may not do this to the field${fields.length === 1 ? '' : 's'} ${quoted}.`, fields)
}
