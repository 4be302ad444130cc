import { didYouMean } from '../../language/didYouMean.js'

/** So many words are compared and no more, so that a policy full of mistakes is still read in good time. */
const CANDIDATES = 300

/** A hint that names the candidate of which a word is likely a misspelling; undefined if none is near. */
export function suggestion(word: string, candidates: Iterable<string>): string | undefined {
  const some: string[] = []
  for (const candidate of candidates) {
    if (some.length === CANDIDATES) break
    some.push(candidate)
  }
  const meant = didYouMean(word, some)
  return meant === undefined ? undefined : `did you mean "${meant}"?`
}

/** A hint for a class that is not registered. */
export function classHint(name: string, { models }: { readonly models: ReadonlyMap<string, unknown> }): string {
  return (
    suggestion(name, models.keys()) ??
    `register it: registerClass(${name}); for a model of an ORM, set up the ORM before you load policies`
  )
}
