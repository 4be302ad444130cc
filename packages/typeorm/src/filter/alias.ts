import { ArgumentError } from '@arcturus/core'

/**
 * @throws ArgumentError if the alias is not a nonempty string, or is one of the aliases that
 * filters use inside (`arc_1`, `arc_own`)
 */
export function assertAlias(alias: unknown): asserts alias is string {
  if (typeof alias === 'string' && alias !== '' && !/^arc_(own|(reach)?\d+)$/i.test(alias)) return
  throw new ArgumentError('invalid-argument', `"${String(alias)}" is no alias of rows that a filter can be for.`, {
    hint: 'an alias is a text, and none of those within filters (arc_1, arc_2 …)',
    data: { alias },
  })
}
