import { ArgumentError } from '@arcturus/core'

/** @throws ArgumentError for an alias of rows that is none, or that a filter for them may have within itself, and take for its own */
export function assertAlias(alias: unknown): asserts alias is string {
  if (typeof alias === 'string' && alias !== '' && !/^arc_(own|(reach)?\d+)$/i.test(alias)) return
  throw new ArgumentError('invalid-argument', `"${String(alias)}" is no alias of rows that a filter can be for.`, {
    hint: 'an alias is a text, and none of those within filters (arc_1, arc_2 …)',
    data: { alias },
  })
}
