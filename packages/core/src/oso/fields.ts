import { Relation } from './relation.js'
import type { Class, HostTypes } from './types.js'

/** Returns the declaration of a field, by a class or by one that it extends. */
export function fieldOf(types: HostTypes, model: string, name: string): Class | Relation | undefined {
  const own = types.get(model)
  let field = own?.fields.get(name)
  for (let at: unknown = own?.cls; !field && typeof at === 'function'; at = Object.getPrototypeOf(at))
    field = types.get(at as Class)?.fields.get(name)
  return field
}

export function relationOf(types: HostTypes, model: string, name: string): Relation | undefined {
  const field = fieldOf(types, model, name)
  return field instanceof Relation ? field : undefined
}
