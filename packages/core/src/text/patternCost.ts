import { areDisjoint, type CharSet, endOfText, everything, lineEnds, union } from './charSet.js'
import { type Pattern, parsePattern, Unanalyzed } from './pattern.js'

/** A limit of `factor` × length ^ `degree` steps. */
interface Bound {
  readonly factor: number
  readonly degree: number
}
const constant: Bound = { factor: 1, degree: 0 }
const linear: Bound = { factor: 1, degree: 1 }

/**
 * The cost of matching a part of a pattern and its continuation by backtracking, from one place of
 * a text.
 */
interface Cost {
  /** The characters that the match can begin with; any other character makes it fail. */
  readonly first: CharSet
  /** Whether it does more than constant work before it reads the first character. */
  readonly isEager: boolean
  /** Steps until it fails; undefined if it can't fail. */
  readonly failing: Bound | undefined
  /** Steps until it matches. */
  readonly passing: Bound
  /** Whether matching takes at most a constant number of steps per consumed character. */
  readonly isLean: boolean
  /** Whether some choice is not determined by the next character. */
  readonly isAmbiguous: boolean
}

const matched: Cost = {
  first: everything,
  isEager: false,
  failing: undefined,
  passing: constant,
  isLean: true,
  isAmbiguous: false,
}

/** The maximum number of parts of one pattern; repetitions count once per written-out copy. */
const maxParts = 20_000
/** The maximum count of a repetition that is written out. */
const maxCount = 1_000

/**
 * Returns the maximum steps of a backtracking matcher for a pattern and any text of a length, for
 * one match or for all.
 * A repetition followed by a different character, as in `[a-z]+:`, can end in one way. `\d+\d+:`
 * can end in as many ways as the text is long, so the pattern is quadratic. If a repeated part can
 * match one text in two ways, as in `(a+)+`, the number of ways can be exponential. Such patterns
 * are rejected.
 * @throws Unanalyzed for a pattern that can take exponentially many steps, or that is not
 * understood.
 */
export function patternSteps(source: string, flags: string, length: number, isForAll: boolean): number {
  const pattern = parsePattern(source, flags)
  const { failing, passing, isLean } = new Analysis().cost(pattern, matched)
  const starts = isAnchored(pattern) ? 1 : length + 1
  const failed = failing === undefined ? 0 : starts * steps(failing, length)
  if (!isForAll) return length + 1 + failed + steps(passing, length)
  return length + 1 + failed + (isLean ? passing.factor * (length + 1) : starts * steps(passing, length))
}

function steps({ factor, degree }: Bound, length: number): number {
  return factor * (length + 1) ** degree
}

class Analysis {
  #parts = 0

  cost(pattern: Pattern, next: Cost): Cost {
    if (++this.#parts > maxParts) throw new Unanalyzed('it has too many parts')
    switch (pattern.kind) {
      case 'set':
        return { ...after(next, constant), first: pattern.set, isEager: false }
      case 'sequence':
        return pattern.of.reduceRight((behind, part) => this.cost(part, behind), next)
      case 'choice':
        return choose(pattern.of.map((one) => this.cost(one, next)))
      case 'repeat':
        return this.#repeat(pattern, next)
      case 'lookahead': {
        const { failing, passing } = this.cost(pattern.of, matched)
        return { ...after(next, sum(passing, failing)), isEager: true, isLean: false }
      }
      case 'lookbehind':
        return { ...after(next, { factor: pathsOf(pattern.of), degree: 0 }), isEager: true }
      case 'end':
        return { ...after(next, constant), first: endOfText, isEager: false }
      case 'lineEnd':
        return { ...after(next, constant), first: union(endOfText, lineEnds), isEager: false }
      case 'start':
      case 'lineStart':
      case 'boundary':
        return after(next, constant)
      case 'backreference':
        return { ...after(next, linear), first: everything, isEager: true, isLean: false }
    }
  }

  #repeat({ of, min, max }: Extract<Pattern, { kind: 'repeat' }>, next: Cost): Cost {
    if (min > maxCount) throw new Unanalyzed(`it repeats a part more than ${maxCount} times`)
    let cost = next
    if (max > maxCount) cost = this.#endless(of, next)
    else for (let count = min; count < max; count++) cost = choose([this.cost(of, cost), next])
    for (let count = 0; count < min; count++) cost = this.cost(of, cost)
    return cost
  }

  #endless(of: Pattern, next: Cost): Cost {
    if (canBeEmpty(of)) throw new Unanalyzed('it repeats a part that can be empty')
    const { first, isEager } = this.cost(of, matched)
    const around: Cost = { ...matched, first: union(first, next.first), failing: constant }
    const body = this.cost(of, around)
    if (body.isAmbiguous) throw new Unanalyzed('it repeats a part that can match one text in several ways')
    // Each character is read by one round, unless a round looks ahead at other characters.
    const round = sum(body.passing, body.failing)
    const isPlain = !looksAround(of)
    const rounds: Bound = isPlain ? { ...round, degree: 1 } : { ...round, degree: round.degree + 1 }
    const isLean = next.isLean && isPlain && body.failing?.degree === 0
    const own = { first: around.first, isEager: isEager || next.isEager, isAmbiguous: next.isAmbiguous }
    if (next.failing === undefined) {
      // The repetition ends only where it must, and the continuation matches at any such place.
      return { ...own, failing: undefined, passing: sum(rounds, next.passing), isLean, isAmbiguous: true }
    }
    if (areDisjoint(first, next.first) && !next.isEager) {
      return { ...own, failing: sum(rounds, next.failing), passing: sum(rounds, next.passing), isLean }
    }
    const failing = sum(rounds, { ...next.failing, degree: next.failing.degree + 1 })
    return { ...own, failing, passing: sum(failing, next.passing), isLean: false, isAmbiguous: true }
  }
}

/** Returns the cost of a continuation after a part that takes `own` steps and can fail. */
function after(next: Cost, own: Bound): Cost {
  return { ...next, failing: sum(own, next.failing), passing: sum(own, next.passing) }
}

function choose(arms: readonly Cost[]): Cost {
  const isDecided = arms.every(
    (arm, at) => !arm.isEager && arms.slice(at + 1).every((other) => areDisjoint(arm.first, other.first)),
  )
  const failings = arms.map((arm) => arm.failing)
  const tried: Bound = { factor: arms.length, degree: 0 }
  const failed = isDecided ? sum(tried, most(failings)) : sum(tried, ...failings)
  const passed = isDecided ? most(arms.map((arm) => arm.passing)) : sum(...arms.map((arm) => arm.passing))
  return {
    first: union(...arms.map((arm) => arm.first)),
    isEager: arms.some((arm) => arm.isEager),
    failing: failings.includes(undefined) ? undefined : failed,
    passing: isDecided ? sum(tried, passed) : sum(failed, passed),
    isLean: arms.every((arm) => arm.isLean) && (isDecided || failed.degree === 0),
    isAmbiguous: !isDecided || arms.some((arm) => arm.isAmbiguous),
  }
}

function sum(...bounds: readonly (Bound | undefined)[]): Bound {
  let factor = 0
  let degree = 0
  for (const bound of bounds) {
    factor += bound?.factor ?? 0
    degree = Math.max(degree, bound?.degree ?? 0)
  }
  return { factor, degree }
}

function most(bounds: readonly (Bound | undefined)[]): Bound {
  return {
    factor: Math.max(0, ...bounds.map((bound) => bound?.factor ?? 0)),
    degree: Math.max(0, ...bounds.map((bound) => bound?.degree ?? 0)),
  }
}

function childrenOf(pattern: Pattern): readonly Pattern[] {
  switch (pattern.kind) {
    case 'sequence':
    case 'choice':
      return pattern.of
    case 'repeat':
    case 'lookahead':
    case 'lookbehind':
      return [pattern.of]
    default:
      return []
  }
}

function canBeEmpty(pattern: Pattern): boolean {
  switch (pattern.kind) {
    case 'set':
      return false
    case 'sequence':
      return pattern.of.every(canBeEmpty)
    case 'choice':
      return pattern.of.some(canBeEmpty)
    case 'repeat':
      return pattern.min === 0 || canBeEmpty(pattern.of)
    default:
      return true
  }
}

/** Returns whether a part reads characters that it does not consume. */
function looksAround(pattern: Pattern): boolean {
  const { kind } = pattern
  if (kind === 'lookahead' || kind === 'lookbehind' || kind === 'backreference') return true
  return childrenOf(pattern).some(looksAround)
}

/**
 * Returns how many ways there are to try a part without repetitions, times its size. (Lookbehinds
 * match backwards.)
 */
function pathsOf(pattern: Pattern): number {
  switch (pattern.kind) {
    case 'sequence':
      return pattern.of.reduce((product, part) => product * (1 + pathsOf(part)), 1)
    case 'choice':
      return pattern.of.reduce((total, part) => total + pathsOf(part), 1)
    case 'repeat':
    case 'lookahead':
    case 'lookbehind':
    case 'backreference':
      throw new Unanalyzed('its lookbehind contains more than characters and choices')
    default:
      return 1
  }
}

/** Returns whether a pattern can only match at the start of the text. */
function isAnchored(pattern: Pattern): boolean {
  switch (pattern.kind) {
    case 'start':
      return true
    case 'sequence':
      return pattern.of.length > 0 && isAnchored(pattern.of[0]!)
    case 'choice':
      return pattern.of.every(isAnchored)
    default:
      return false
  }
}
