import { linked } from '../../predicate/read.js'
import type { KeyMeaning } from '../../values/keyParts.js'
import type { Link } from '../../values/links.js'
import { at, placeOf } from './places.js'

/** The test that a relation holds the row that the columns of its holder refer to. */
export interface LinkTest {
  /** Reads a relation that is not loaded by its foreign key; undefined if the database keeps none. */
  readonly reference: ((holder: unknown) => unknown) | undefined
  /** Asserts that a row is of the declared class. */
  readonly held: ((value: object) => unknown) | undefined
  readonly how: KeyMeaning
  /** The relations that the attribute can be. */
  readonly links: readonly Link[]
  /** The columns of the only relation that it can be, if that has only one, and the places where they are read. */
  readonly from: string | undefined
  readonly fromPlace: number
  readonly to: string
  readonly toPlace: number
}

export function linkTest(
  how: KeyMeaning,
  links: readonly Link[],
  reference: LinkTest['reference'],
  held: LinkTest['held'],
): LinkTest {
  const [only] = links
  const isPlain = links.length === 1 && only!.from.length === 1
  const [from, to] = [isPlain ? only!.from[0] : undefined, only?.to[0] ?? '']
  return {
    reference,
    held,
    how,
    links,
    from,
    fromPlace: from === undefined ? 0 : placeOf(from),
    to,
    toPlace: placeOf(to),
  }
}

/**
 * Returns the row that a relation holds, or that its foreign key refers to. Bails out if it holds another row than the
 * columns of its holder refer to.
 */
export function linkedRow(test: LinkTest, holder: unknown, value: unknown): unknown {
  if (value === undefined) return test.reference?.(holder)
  const { from, to, held } = test
  if (held !== undefined && typeof value === 'object' && value !== null) held(value)
  // The most frequent case: a row that a reference of one column refers to. Only objects have attributes.
  if (from !== undefined && typeof value === 'object' && value !== null)
    if (at(test.toPlace, value, to) === at(test.fromPlace, holder as object, from)) return value
  for (const link of test.links) linked(test.how, link, holder, value)
  return value
}
