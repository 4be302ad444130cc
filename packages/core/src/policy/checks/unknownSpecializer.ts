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
  if (use.kind !== 'class pattern') return
  const builtIn = Object.keys(foreign).find((name) => foreign[name]?.includes(use.tag))
  const hint = builtIn ? `did you mean "${builtIn}"?` : classHint(use.tag, context.schema)
  context.warning('unknown-specializer', `The class ${use.tag} is not registered.`, use.span, {
    hint,
    data: { name: use.tag, suggestion: builtIn, once },
  })
}
