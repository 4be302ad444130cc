/**
 * Which model a plain object is a row of. One registry for the whole process, also where two copies of this package are
 * loaded; the rows themselves are left untouched.
 */
const key = Symbol.for('arcturus.tags')

interface Registry {
  [key]?: WeakMap<object, string>
}

/** Looked up once: every check of a plain object asks it. */
const tags: WeakMap<object, string> = sharedTags()

function sharedTags(): WeakMap<object, string> {
  const registry = globalThis as Registry
  registry[key] ??= new WeakMap()
  return registry[key]
}

/** Remembers that a row belongs to a model; a later call for the same row replaces the earlier one. */
export function tag(row: object, model: string): void {
  tags.set(row, model)
}

/** The model that was remembered for a value, if any. */
export function tagOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? tags.get(value) : undefined
}
