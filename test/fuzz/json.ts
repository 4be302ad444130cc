import { type Arrange, type Objects, put, scalarsOf } from './objects.js'
import { Random } from './random.js'
import { type FieldSpec, fieldsOf, type OneSpec, type Reference, type World } from './world.js'

/** How the rows of a world are plain objects, as a session's JSON or the body of a request has them. */
export interface JsonForm {
  /** Whether models without subclasses have no class. */
  readonly tables: boolean
  /** Whether rows are tagged by the authorizer, which knows their relations, and not by the bare runtime. */
  readonly byAuthorizer: boolean
  /** How many to-one relations lead inwards before rows have none any more; a to-many relation counts one and a half. */
  readonly depth: number
  /** Decides which related rows are there by their key alone. */
  readonly seed: number
}

export function randomJsonForm(random: Random): JsonForm {
  return {
    tables: random.chance(0.6),
    byAuthorizer: random.chance(0.5),
    depth: random.pick([1, 2, 2.5, 3]),
    seed: random.integer(1, 1_000_000),
  }
}

/**
 * The rows of a world as plain objects that share nothing. Each holds copies of those that it refers to, down to some depth; where a
 * column has the key of a related row, the row itself is often left out.
 */
export function makeJson(world: World, form: JsonForm, whole: Objects, arrange?: Arrange): Objects {
  const random = new Random(form.seed)
  const numbers = new WeakMap<object, number>()
  const copyOf = (index: number, depth: number): object => {
    const row = world.rows[index]!
    const copy = scalarsOf(row)
    numbers.set(copy, index)
    for (const field of fieldsOf(world, row.model)) {
      if (isLeftOut(field, depth)) continue
      const value = row.values[field.name] as Reference | { readonly rows: readonly Reference[] } | null
      if (field.kind === 'one') {
        const other = value as Reference | null
        put(copy, field.name, other && copyOf(other.row, depth - 1), arrange)
      } else if (field.kind === 'many') {
        const { rows } = value as { readonly rows: readonly Reference[] }
        put(
          copy,
          field.name,
          rows.map((one) => copyOf(one.row, depth - 1.5)),
          arrange,
        )
      }
    }
    return copy
  }
  const isLeftOut = (field: FieldSpec, depth: number): boolean =>
    (field.kind === 'one' && (depth < 1 || (hasColumns(field) && random.chance(0.4)))) ||
    (field.kind === 'many' && depth < 1.5)
  const rows = world.rows.map((_, index) => copyOf(index, form.depth))
  return {
    ...whole,
    classes: form.tables ? withoutTables(world, whole.classes) : whole.classes,
    rows,
    stored: whole.rows,
    numbers,
  }
}

function hasColumns({ from }: OneSpec): boolean {
  return from !== undefined && from.length > 0
}

/** The world with each row as one object. */
export function withoutCopies(world: World): World {
  return JSON.parse(JSON.stringify(world, (key, value: unknown) => (key === 'copy' ? undefined : value))) as World
}

/** The classes of models that extend others, or are extended: tables do not. */
function withoutTables({ models }: World, classes: Objects['classes']): Objects['classes'] {
  const related = models.flatMap(({ name, parent }) => (parent === undefined ? [] : [name, parent]))
  return new Map([...classes].filter(([name]) => related.includes(name)))
}
