import type { ClassPattern } from '../../language/ast.js'
import type { Schema } from '../../schema/schema.js'
import type { CheckContext } from './check.js'
import type { NameCheck } from './names.js'
import { classHint } from './suggestion.js'

/** The names of the built-in classes in other languages. */
const foreign: Readonly<Record<string, readonly string[]>> = {
  Integer: ['int', 'integer', 'i32', 'i64', 'u32', 'u64', 'usize', 'size_t'],
  Float: ['float', 'f32', 'f64', 'double'],
  String: ['str', 'string', 'char'],
  List: ['list', 'array', 'Array'],
  Dictionary: ['dict', 'Dict', 'dictionary', 'hash', 'Hash', 'map', 'Map', 'HashMap', 'hashmap', 'hash_map'],
}

/** A class after `:` or `matches` must be registered. */
export const unknownSpecializer: NameCheck = (use, once, context) => {
  if (use.kind === 'class pattern') reportUnregistered(use, context.schema, context.warning, once)
}

/** Reports a class that is not registered. */
export function reportUnregistered(
  { tag, span }: ClassPattern,
  schema: Schema,
  report: CheckContext['warning'],
  once = false,
): void {
  const builtIn = Object.keys(foreign).find((name) => foreign[name]?.includes(tag))
  const hint = builtIn ? `did you mean "${builtIn}"?` : classHint(tag, schema)
  report('unknown-specializer', `The class ${tag} is not registered.`, span, {
    hint,
    data: { name: tag, suggestion: builtIn, once },
  })
}
