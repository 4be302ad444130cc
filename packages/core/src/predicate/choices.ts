import type { Compare, Condition, Some } from '../condition/condition.js'
import { and } from '../condition/construct.js'
import { isSameOperand } from '../condition/factor.js'

/** The comparison of an operand with a text. */
export type TextTest = Compare & { readonly right: { readonly kind: 'value'; readonly value: string } }

/** Returns the first conditions that compare the same operand with texts. */
export function textsOf(conditions: readonly Condition[]): readonly TextTest[] {
  const [first] = conditions
  const end = conditions.findIndex(
    (one) => !isTextTest(one) || !isTextTest(first!) || !isSameOperand(one.left, first.left),
  )
  // Sound: those before are such comparisons.
  return conditions.slice(0, end < 0 ? conditions.length : end) as unknown as readonly TextTest[]
}

/** Returns whether a condition compares an operand with a text. */
function isTextTest(condition: Condition): condition is TextTest {
  return (
    condition.kind === 'compare' &&
    condition.operator === '=' &&
    condition.right.kind === 'value' &&
    typeof condition.right.value === 'string'
  )
}

/**
 * Arms of a loop that differ only in the string that one test compares with: `r.name = "a" and c`,
 * and `r.name = "b" and c`.
 */
export interface Choice {
  /** The place of the test among those of an arm. */
  readonly place: number
  /** The tests before it. */
  readonly before: Condition
  /** The test, in the order of the arms. */
  readonly tests: readonly TextTest[]
  /** The tests after it. */
  readonly after: Condition
}

/** Divides the arms of a loop into choices, and arms that belong to none. */
export function choicesOf(arms: readonly Some[]): readonly (Some | Choice)[] {
  const found: (Some | Choice)[] = []
  for (let at = 0; at < arms.length; ) {
    const first = arms[at]!
    const place = at + 1 < arms.length ? differenceOf(first, arms[at + 1]!) : undefined
    let end = at + 1
    if (place !== undefined) while (end < arms.length && differenceOf(first, arms[end]!) === place) end++
    const parts = partsOf(first)
    // Sound: the arms differ in a test of this kind.
    const tests = arms.slice(at, end).map((arm) => partsOf(arm)[place!] as TextTest)
    if (place === undefined) found.push(first)
    else found.push({ place, before: and(...parts.slice(0, place)), tests, after: and(...parts.slice(place + 1)) })
    at = end
  }
  return found
}

/** Returns the place of the only test in which two arms differ, if both compare the same operand with a string. */
function differenceOf(one: Some, other: Some): number | undefined {
  const [parts, others] = [partsOf(one), partsOf(other)]
  if (parts.length !== others.length) return undefined
  const pairs = new Map<unknown, unknown>([[one.each, other.each]])
  let place: number | undefined
  for (const [at, part] of parts.entries()) {
    const peer = others[at]!
    if (isAlike(part, peer, pairs)) continue
    if (place !== undefined || !isTextTest(part) || !isTextTest(peer) || !isAlike(part.left, peer.left, pairs))
      return undefined
    place = at
  }
  return place
}

function partsOf({ where }: Some): readonly Condition[] {
  return where.kind === 'and' ? where.of : [where]
}

/** What a comparison of conditions leaves out, and what it compares by identity. */
const ignored = new Set(['span', 'origin', 'type'])
const byIdentity = new Set(['definition', 'value', 'error', 'expression'])

/**
 * Returns whether two parts of conditions are the same code. Places and the variables of quantifiers
 * can differ.
 * @param pairs - The variables of the first part, with those of the other one.
 */
function isAlike(one: unknown, other: unknown, pairs: Map<unknown, unknown>): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  const [fields, others] = [Object.entries(one), new Map<string, unknown>(Object.entries(other))]
  if (fields.length !== others.size) return false
  if ('each' in one && 'each' in other) pairs.set(one.each, other.each)
  return fields.every(([name, field]) => {
    if (!others.has(name)) return false
    const peer = others.get(name)
    if (ignored.has(name)) return true
    if (name === 'root' || name === 'each') return field === peer || pairs.get(field) === peer
    return byIdentity.has(name) ? Object.is(field, peer) : isAlike(field, peer, pairs)
  })
}
