import { Relation } from './relation.js'
import type { Class, HostTypes } from './types.js'

/**
 * Returns the declaration of a field: that of the class, or of a class that it extends. Adapters
 * read it to find the type of a value.
 * @param types - the registered classes: `filter.types`
 * @param model - the name under which the class is registered
 * @returns the class of the field's values or its `Relation`; undefined if it is not declared
 * @example
 * fieldOf(filter.types, 'Document', 'title') // String
 */
export function fieldOf(types: HostTypes, model: string, name: string): Class | Relation | undefined {
  const own = types.get(model)
  let field = own?.fields.get(name)
  for (let at: unknown = own?.cls; !field && typeof at === 'function'; at = Object.getPrototypeOf(at))
    field = types.get(at as Class)?.fields.get(name)
  return field
}

/**
 * Returns the relation that a field is, declared by the class or by a class that it extends.
 * @param types - the registered classes: `filter.types`
 * @param model - the name under which the class is registered
 * @returns undefined if the field is not a relation
 * @example
 * relationOf(filter.types, 'Document', 'folder')?.otherType // 'Folder'
 */
export function relationOf(types: HostTypes, model: string, name: string): Relation | undefined {
  const field = fieldOf(types, model, name)
  return field instanceof Relation ? field : undefined
}
