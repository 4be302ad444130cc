import { invalidArgument } from '@arcturus/core/internal/typeorm'

/**
 * @throws ArgumentError if the alias is not a nonempty string, or is one of the aliases that
 * filters use inside (`arc_1`, `arc_own`)
 */
export function assertAlias(alias: unknown): asserts alias is string {
  if (typeof alias === 'string' && alias !== '' && !/^arc_(own|(reach)?\d+)$/i.test(alias)) return
  throw invalidArgument(`"${String(alias)}" is not an alias that a filter can use.`, {
    hint: 'pass a string other than arc_1, arc_2 …, which filters use themselves',
    data: { alias },
  })
}
