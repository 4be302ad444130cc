import { anyChar, type CharSet, complement, digits, foldCase, lineEnds, spaces, union, wordChars } from './charSet.js'

/** The parts of a regular expression that determine the cost of matching. */
export type Pattern =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'sequence'; readonly of: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly of: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly of: Pattern; readonly min: number; readonly max: number }
  | { readonly kind: 'lookahead' | 'lookbehind'; readonly of: Pattern }
  /** `^`, `$`, `\b` and `\B`; `$` matches at the end, with the flag `m` at the end of each line. */
  | { readonly kind: 'start' | 'lineStart' | 'end' | 'lineEnd' | 'boundary' }
  | { readonly kind: 'backreference' }

/** The reason why a pattern is not analyzed, and therefore rejected. */
export class Unanalyzed extends Error {}

const maxLength = 4_096
const maxDepth = 64

/**
 * Parses the source of a regular expression. Unusual syntax is read as matching more than it does,
 * never less.
 * @throws Unanalyzed for a pattern that is too long or too deep, or that has unsupported syntax.
 */
export function parsePattern(source: string, flags: string): Pattern {
  if (flags.includes('v')) throw new Unanalyzed('it has the flag `v`')
  if (source.length > maxLength) throw new Unanalyzed(`it has more than ${maxLength} characters`)
  return new Parser(source, flags).parse()
}

class Parser {
  readonly #chars: readonly string[]
  #at = 0
  #depth = 0

  constructor(
    source: string,
    private readonly flags: string,
  ) {
    // with the flag `u` an element is a code point, else a UTF-16 unit
    this.#chars = flags.includes('u') ? [...source] : source.split('')
  }

  parse(): Pattern {
    const pattern = this.#choice()
    if (this.#at < this.#chars.length) throw new Unanalyzed('its parentheses do not match')
    return pattern
  }

  #choice(): Pattern {
    if (++this.#depth > maxDepth) throw new Unanalyzed(`it is nested more than ${maxDepth} deep`)
    const of: Pattern[] = [this.#sequence()]
    while (this.#takes('|')) of.push(this.#sequence())
    this.#depth--
    return of.length === 1 ? of[0]! : { kind: 'choice', of }
  }

  #sequence(): Pattern {
    const of: Pattern[] = []
    while (this.#at < this.#chars.length && this.#peek() !== '|' && this.#peek() !== ')') {
      const atom = this.#atom()
      const times = this.#quantifier()
      of.push(times ? { kind: 'repeat', of: atom, ...times } : atom)
    }
    return of.length === 1 ? of[0]! : { kind: 'sequence', of }
  }

  #atom(): Pattern {
    const char = this.#next()
    switch (char) {
      case '(':
        return this.#group()
      case '[':
        return this.#set(this.#class())
      case '.':
        return this.#set(this.flags.includes('s') ? anyChar : complement(lineEnds))
      case '^':
        return { kind: this.flags.includes('m') ? 'lineStart' : 'start' }
      case '$':
        return { kind: this.flags.includes('m') ? 'lineEnd' : 'end' }
      case '\\': {
        const escaped = this.#peek()
        if (escaped === 'b' || escaped === 'B') return this.#skip({ kind: 'boundary' })
        if (escaped === 'k' || (escaped >= '1' && escaped <= '9')) return this.#backreference()
        return this.#set(this.#escape())
      }
      default:
        return this.#set(one(char))
    }
  }

  #group(): Pattern {
    let kind: 'lookahead' | 'lookbehind' | undefined
    if (this.#takes('?')) {
      if (this.#takes('=') || this.#takes('!')) kind = 'lookahead'
      else if (this.#takes('<')) {
        if (this.#takes('=') || this.#takes('!')) kind = 'lookbehind'
        else while (this.#next() !== '>');
      } else if (!this.#takes(':')) throw new Unanalyzed('it has flags within parentheses')
    }
    const of = this.#choice()
    if (!this.#takes(')')) throw new Unanalyzed('its parentheses do not match')
    return kind ? { kind, of } : of
  }

  /** Parses `\1`, `\12` or `\k<name>`. An octal escape, which looks the same, matches less. */
  #backreference(): Pattern {
    if (this.#next() === 'k' && this.#peek() === '<') while (this.#next() !== '>');
    while (this.#peek() >= '0' && this.#peek() <= '9') this.#at++
    return { kind: 'backreference' }
  }

  #quantifier(): { readonly min: number; readonly max: number } | undefined {
    const times = this.#times()
    if (times) this.#takes('?')
    return times
  }

  #times(): { readonly min: number; readonly max: number } | undefined {
    if (this.#takes('*')) return { min: 0, max: Number.POSITIVE_INFINITY }
    if (this.#takes('+')) return { min: 1, max: Number.POSITIVE_INFINITY }
    if (this.#takes('?')) return { min: 0, max: 1 }
    if (this.#peek() !== '{') return undefined
    const found = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#chars.slice(this.#at, this.#at + 40).join(''))
    if (!found) return undefined
    this.#at += found[0].length
    const min = Number(found[1])
    return { min, max: found[2] === undefined ? min : found[3] ? Number(found[3]) : Number.POSITIVE_INFINITY }
  }

  /** Parses the contents of brackets. */
  #class(): CharSet {
    const isNegated = this.#takes('^')
    let set: CharSet = []
    let isExact = true
    while (!this.#takes(']')) {
      const from = this.#classAtom()
      const isRange = this.#peek() === '-' && this.#chars[this.#at + 1] !== ']' && this.#at + 1 < this.#chars.length
      if (!isRange) {
        set = union(set, from ?? anyChar)
        isExact &&= from !== undefined
        continue
      }
      this.#at++
      const to = this.#classAtom()
      const [low, high] = [from && single(from), to && single(to)]
      isExact &&= low !== undefined && high !== undefined
      set = low !== undefined && high !== undefined ? union(set, [[low, high]]) : anyChar
    }
    if (!isExact) return anyChar
    return isNegated ? complement(set) : set
  }

  /** Parses one element of a class; returns undefined if it is unknown. */
  #classAtom(): CharSet | undefined {
    const char = this.#next()
    if (char !== '\\') return one(char)
    if (this.#takes('b')) return one('\b')
    const set = this.#escape()
    return set === anyChar ? undefined : set
  }

  /** Returns the characters that an escape matches: any character for an unusual escape. */
  #escape(): CharSet {
    const char = this.#next()
    switch (char) {
      case 'd':
        return digits
      case 'D':
        return complement(digits)
      case 'w':
        return wordChars
      case 'W':
        return complement(wordChars)
      case 's':
        return spaces
      case 'S':
        return complement(spaces)
      case 't':
        return one('\t')
      case 'n':
        return one('\n')
      case 'v':
        return one('\v')
      case 'f':
        return one('\f')
      case 'r':
        return one('\r')
      case 'p':
      case 'P':
        if (this.#isUnicode && this.#takes('{')) while (this.#next() !== '}');
        return anyChar
      case 'c':
        if (/[a-z]/i.test(this.#peek())) this.#at++
        return anyChar
      case 'x':
        return this.#code(/^[0-9a-f]{2}/i)
      case 'u':
        if (!this.#isUnicode || this.#peek() !== '{') return this.#code(/^[0-9a-f]{4}/i)
        while (this.#next() !== '}');
        return anyChar
      default:
        return /[\w]/.test(char) ? anyChar : one(char)
    }
  }

  #code(form: RegExp): CharSet {
    const found = form.exec(this.#chars.slice(this.#at, this.#at + 4).join(''))
    if (!found) return anyChar
    this.#at += found[0].length
    const code = Number.parseInt(found[0], 16)
    // a surrogate can be half of a character
    return code >= 0xd800 && code <= 0xdfff ? anyChar : [[code, code]]
  }

  #set(set: CharSet): Pattern {
    return { kind: 'set', set: this.flags.includes('i') ? foldCase(set) : set }
  }

  get #isUnicode(): boolean {
    return this.flags.includes('u')
  }

  #peek(): string {
    return this.#chars[this.#at] ?? ''
  }

  #takes(char: string): boolean {
    if (this.#peek() !== char) return false
    this.#at++
    return true
  }

  #next(): string {
    const char = this.#chars[this.#at++]
    if (char === undefined) throw new Unanalyzed('it ends too early')
    return char
  }

  #skip(pattern: Pattern): Pattern {
    this.#at++
    return pattern
  }
}

function one(char: string): CharSet {
  const code = char.codePointAt(0)!
  return [[code, code]]
}

/** Returns the only character of a set; undefined if it has several. */
function single(set: CharSet): number | undefined {
  const [range] = set
  return set.length === 1 && range![0] === range![1] ? range![0] : undefined
}
