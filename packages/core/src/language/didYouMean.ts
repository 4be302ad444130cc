/**
 * Returns how many letters must be added, dropped, changed or swapped with their neighbour to turn
 * one word into the other.
 */
function distance(from: string, to: string): number {
  let before: number[] = []
  let previous: number[] = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const current = [i]
    for (let j = 1; j <= to.length; j++) {
      const change = from[i - 1] === to[j - 1] ? 0 : 1
      let best = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + change)
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        best = Math.min(best, before[j - 2]! + 1)
      current.push(best)
    }
    before = previous
    previous = current
  }
  return previous[to.length]!
}

/** Longer words are not compared: they are not misspellings, and comparing them takes long. */
const LONGEST = 100

/**
 * Returns the candidate that a word is most likely a misspelling of; the first of equally likely
 * ones.
 * Two letters in five may be wrong. A letter in the wrong case counts as half a letter.
 * @returns undefined if no candidate is near.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined
  const lower = word.toLowerCase()
  let best: string | undefined
  let least = Math.floor(word.length * 0.4) + 0.75
  for (const candidate of candidates) {
    if (candidate === word || Math.abs(candidate.length - word.length) > least) continue
    const letters = distance(lower, candidate.toLowerCase())
    const cost = letters < distance(word, candidate) ? letters + 0.5 : letters
    if (cost < least) {
      best = candidate
      least = cost
    }
  }
  return best
}
