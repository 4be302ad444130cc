import type { Class } from '../schema/model.js'
import { Schema } from '../schema/schema.js'
import { builtinClasses } from './builtin.js'

/** Returns a schema with the names that every policy knows: `nil` and the built-in classes. */
export function createSchema(): Schema {
  return withBuiltIns(new Schema())
}

/** Registers the names that every policy knows, and returns the schema. */
export function withBuiltIns<Names extends Schema>(schema: Names): Names {
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
      isValue: false,
    })
  }
  return schema
}
