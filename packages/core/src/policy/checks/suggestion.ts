import { didYouMean } from '../../language/didYouMean.js'

/**
 * The maximum number of words that are compared, so that a policy full of mistakes is still read in
 * good time.
 */
const CANDIDATES = 300

/** Returns the candidate that a word is likely a misspelling of; undefined if none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const some: string[] = []
  for (const candidate of candidates) {
    if (some.length === CANDIDATES) break
    some.push(candidate)
  }
  return didYouMean(word, some)
}

/** Returns a hint with the nearest candidate; undefined if none is near. */
export function suggestion(word: string, candidates: Iterable<string>): string | undefined {
  const meant = nearest(word, candidates)
  return meant === undefined ? undefined : `did you mean "${meant}"?`
}

/** Returns a hint for a class that is not registered. */
export function classHint(name: string, { models }: { readonly models: ReadonlyMap<string, unknown> }): string {
  return (
    suggestion(name, models.keys()) ??
    `register it: registerClass(${name}); for a model of an ORM, set up the ORM before you load policies`
  )
}
