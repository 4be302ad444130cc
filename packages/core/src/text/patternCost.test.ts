import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Pattern, parsePattern, Unanalyzed } from './pattern.js'
import { patternSteps } from './patternCost.js'

/** By what power of the length the steps grow. */
function degree(source: string, flags = '', isForAll = false): number {
  const [short, long] = [1_000, 1_000_000].map((length) => patternSteps(source, flags, length, isForAll))
  return Math.round(Math.log10(long! / short!) / 3)
}

describe('the steps of a pattern', () => {
  it.each([
    ['abc'],
    ['^[a-z0-9._-]+@[a-z0-9-]+\\.com$'],
    ['^\\d{4}-\\d{2}-\\d{2}$'],
    ['\\d+'],
    ['^(?:[a-z]+\\.)*[A-Z]+$'],
    ['(?:read|write|admin)$'],
    ['^(a|b)*c$'],
    ['[^]*'],
    ['^\\s*$'],
    ['a?b?c?'],
    ['\\$\\{[^}]*'],
    ['^(?!internal).*'],
    ['(?<=@)x'],
    ['^"(?:[^"\\\\]|\\\\.)*"$'],
    ['\\cA\\x41\\u0041\\0'],
    ['^(a|b)*c$', 'i'],
    ['^.*a', 'i'],
  ])('grow linearly: %s', (source, flags = '') => {
    expect(degree(source, flags)).toBe(1)
  })

  it.each([
    ['a+b', 2],
    ['^/docs/(?:[^/]+/)*[^/]*$', 2],
    ['^a*a*b', 2],
    ['.*,.*,.*;', 4],
    ['^\\d+\\d+\\d+$', 3],
    ['\\s+$', 2],
    ['(?=.*a)b', 2],
    ['^(?:a(?=.*b))*$', 2],
    ['^(.+)=\\1$', 2],
  ])('grow by a power: %s', (source, power) => {
    expect(degree(source)).toBe(power)
  })

  it('of all matches are those of one, if no match fails late', () => {
    expect(degree('\\d+', 'g', true)).toBe(1)
    expect(degree('a(?=.*b)', 'g', true)).toBe(2)
  })

  it.each([
    ['^(a+)+$'],
    ['(a*)*b'],
    ['^(a|a)*$'],
    ['^(?:a|ab|b)*$'],
    ['(?:\\w+\\s?)*$'],
    ['^(([a-z])+.)+[A-Z]([a-z])+$'],
    ['(x+x+)+y'],
    ['(.*a){20,}'],
    ['(?:a?){1000,}'],
    ['^(?:A|a)+$', 'i'],
    ['^(?:k|\\u212a)+$', 'iu'],
    ['(?:\\12|\\n)+$'],
    ['(?:\\p{L}|a)+$', 'u'],
    ['(?<=a+)b'],
    ['[[a]--[b]]', 'v'],
    ['(?i:a)'],
    ['('.repeat(100) + ')'.repeat(100)],
    ['a'.repeat(5_000)],
    ['(((a{100}){100}){100}){100}'],
    ['a{1001}'],
  ])('are rejected: %s %s', (source, flags = '') => {
    expect(() => patternSteps(source, flags, 10, false)).toThrow(Unanalyzed)
  })
})

/** The steps that a plain backtracking matcher takes, up to a number of them. */
function stepsTaken(pattern: Pattern, text: string, most: number): number {
  let count = 0
  const match = (at: Pattern, from: number, next: (to: number) => boolean): boolean => {
    if (++count > most) throw new RangeError()
    switch (at.kind) {
      case 'set': {
        const code = text.charCodeAt(from)
        return from < text.length && at.set.some(([low, high]) => low <= code && code <= high) && next(from + 1)
      }
      case 'sequence': {
        const part = (index: number, to: number): boolean =>
          index === at.of.length ? next(to) : match(at.of[index]!, to, (end) => part(index + 1, end))
        return part(0, from)
      }
      case 'choice':
        return at.of.some((one) => match(one, from, next))
      case 'repeat': {
        const round = (times: number, to: number): boolean =>
          (times < at.max && match(at.of, to, (end) => (end > to || times < at.min) && round(times + 1, end))) ||
          (times >= at.min && next(to))
        return round(0, from)
      }
      case 'lookahead':
        return match(at.of, from, () => true) && next(from)
      case 'end':
        return from === text.length && next(from)
      case 'start':
        return from === 0 && next(from)
      default:
        return next(from)
    }
  }
  for (let start = 0; start <= text.length; start++) if (match(pattern, start, () => true)) break
  return count
}

const source = fc.letrec<{ one: string; all: string }>((tie) => ({
  all: fc.array(tie('one'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
  one: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '^', '$', '\\w', 'c'),
    fc
      .tuple(fc.constantFrom('a', 'b', '.', '[ab]', 'c'), fc.constantFrom('*', '+', '?', '{1,2}', '*?', '{2,}'))
      .map((parts) => parts.join('')),
    fc.tuple(tie('all'), fc.constantFrom('*', '+', '?', '{0,2}', '')).map(([all, times]) => `(?:${all})${times}`),
    fc.tuple(tie('all'), tie('all'), fc.constantFrom('*', '+', '')).map(([a, b, times]) => `(?:${a}|${b})${times}`),
    tie('all').map((all) => `(?=${all})`),
  ),
})).all

it('never exceed the estimate, for any pattern and text', () => {
  let analyzed = 0
  const text = fc.oneof(
    fc.constantFrom('a'.repeat(30), `${'a'.repeat(29)}c`, 'ab'.repeat(15), `${'ab'.repeat(14)}c`, 'b'.repeat(30)),
    fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 30 }),
  )
  fc.assert(
    fc.property(source, text, (pattern, of) => {
      let most: number
      try {
        most = 10 * patternSteps(pattern, '', of.length, false)
      } catch (error) {
        expect(error).toBeInstanceOf(Unanalyzed)
        return
      }
      analyzed++
      if (most < 1e6) expect(stepsTaken(parsePattern(pattern, ''), of, most)).toBeLessThanOrEqual(most)
    }),
    { numRuns: process.env['ARCTURUS_TESTS'] === 'all' ? 20_000 : 6_000 },
  )
  expect(analyzed).toBeGreaterThan(1_000)
})
