import type { Class } from '../schema/model.js'
import { Schema } from '../schema/schema.js'
import { builtinClasses } from './builtin.js'

/**
 * Returns a schema with the names that every policy knows: `nil` and the built-in classes.
 * @param adopts - Whether a plain object that a relation leads to is a row of the relation's model.
 * Default true.
 */
export function createSchema(adopts = true): Schema {
  const schema = new Schema(adopts)
  schema.registerConstant('nil', null)
  for (const [name, cls] of builtinClasses) {
    // Sound: built-in classes are all constructors.
    schema.registerModel({
      name,
      class: cls as Class,
      fields: new Map(),
      key: undefined,
      closed: false,
      isaCheck: undefined,
    })
  }
  return schema
}
