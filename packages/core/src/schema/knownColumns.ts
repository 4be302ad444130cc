import { ArgumentError, invalidArgument } from '../errors.js'
import { didYouMean } from '../language/didYouMean.js'
import { isPlain } from './adoption.js'
import type { Schema } from './schema.js'

/** A row, and those to test after it. */
interface Held {
  readonly row: unknown
  readonly model: string
  readonly next: Held | undefined
}

/**
 * Asserts that a plain row, and the plain rows in its relations, have no misspelt columns and no misspelt values of enums:
 * such a column would be missing, and such a value would differ from all others.
 *
 * @throws ArgumentError `unknown-column` for a model that declares all its columns, `invalid-argument` for a value
 */
export function assertColumns(schema: Schema, row: object, model: string): void {
  let open: Held | undefined = { row, model, next: undefined }
  // Most rows hold no others.
  let seen: Set<object> | undefined
  while (open) {
    const { row: holder, model: its, next }: Held = open
    open = next
    if (typeof holder !== 'object' || holder === null || !isPlain(holder) || seen?.has(holder)) continue
    seen?.add(holder)
    for (const name of Object.keys(holder)) {
      const field = schema.field(its, name)
      if (field?.kind === 'scalar' && !(Object.hasOwn(field, 'values') && field.values)) continue
      const descriptor = Object.getOwnPropertyDescriptor(holder, name)!
      // A getter is not called, since it could start to load.
      if (!Object.hasOwn(descriptor, 'value')) continue
      const { value }: { value?: unknown } = descriptor
      if (!field) assertKnown(schema, its, holder, name)
      else if (field.kind === 'relation') {
        seen ??= new Set([holder])
        for (const one of Array.isArray(value) ? value : [value]) open = { row: one, model: field.model, next: open }
      } else if (Object.hasOwn(field, 'values') && field.values)
        for (const one of [value].flat()) assertValue(its, name, field.values, one)
    }
  }
}

function assertKnown(schema: Schema, model: string, row: object, name: string): void {
  if (!schema.models.get(model)?.closed) return
  const fields = schema.fields(model)
  // The columns of keys need no declaration.
  const holds = (columns: readonly string[] | undefined): boolean => columns?.includes(name) ?? false
  if (holds(schema.key(model))) return
  if (fields.some((field) => field.kind === 'relation' && (holds(field.from) || holds(field.heldIn)))) return
  // Rows can have computed fields beside their columns. A column that is missing was misspelt.
  const missing = fields.map((field) => field.name).filter((column) => !Object.hasOwn(row, column))
  const near = didYouMean(name, missing)
  if (near === undefined) return
  throw new ArgumentError('unknown-column', `${model} has no column "${name}".`, {
    hint: `did you mean "${near}"?`,
    data: { model, name },
  })
}

function assertValue(model: string, name: string, values: readonly string[], value: unknown): void {
  if (typeof value !== 'string' || values.includes(value)) return
  const near = didYouMean(value, values)
  throw invalidArgument(`"${value}" is not a value of the enum ${model}.${name}.`, {
    hint: near ? `did you mean "${near}"?` : `use one of its values: ${values.slice(0, 10).join(', ')}`,
    data: { model, name, value },
  })
}
