import type { Definition } from '../../condition/condition.js'
import type { Expression } from '../../language/ast.js'
import type { Source, Span } from '../../language/source.js'
import { entryOf } from '../../values/entryOf.js'
import { type ErrorPlace, errorPlace } from '../../values/metErrors.js'

/**
 * A value passed to a predicate's function instead of being written into its text: it is not a
 * literal.
 */
export type Given =
  | { readonly kind: 'value'; readonly value: unknown }
  /** The class of a model. */
  | { readonly kind: 'class'; readonly model: string }
  /** A constant of the host, as an object with its present value. */
  | { readonly kind: 'constant'; readonly name: string }
  /** A goal for the machine. */
  | { readonly kind: 'goal'; readonly expression: Expression; readonly span: Span }

/**
 * The functions that the predicates of one policy share, as text. Functions of equal text are one,
 * so that a condition which several actions need is written, and optimized, once.
 */
export class FunctionPool {
  /** The values that functions use as `v0`, `v1` and so on. */
  readonly given: Given[] = []
  /** The places in the policy of tests that can be errors, by their numbers in `noted(0)` and so on. */
  readonly places: ErrorPlace[] = []
  readonly #names = new Map<string, string>()
  readonly #texts = new Map<string, string>()
  /** The names of the functions that a function calls itself. */
  readonly #called = new Map<string, readonly string[]>()
  /** Whether a pattern matches a function, or one that it calls. */
  readonly #mentions = new Map<RegExp, Map<string, boolean>>()
  readonly #placesOf = new Map<Source, Map<string, number>>()
  readonly #definitions = new Map<Definition, Map<string, string>>()
  #count = 0

  /**
   * @param mark - That of the schema. Default: that of compiled policies, of which each has its own context.
   * @param notes - Whether evaluations record the places of errors. Default false.
   */
  constructor(
    /** Begins the properties of the context's values. */
    readonly mark: string = '',
    private readonly notes: boolean = false,
  ) {}

  /** Returns the number of a place; undefined if places are not recorded. */
  place({ source, start, end }: Span): number | undefined {
    if (!this.notes) return undefined
    const key = `${start} ${end}`
    const ofSource = entryOf(this.#placesOf, source, () => new Map<string, number>())
    return entryOf(ofSource, key, () => this.places.push(errorPlace({ source, start, end })) - 1)
  }

  /**
   * Returns the name of a function.
   * @param prefix - One of `prefixes`.
   * @param key - Equal keys mean the same function.
   * @param write - Writes the function under its name, if it is new.
   */
  add(prefix: Prefix, key: string, write: (name: string) => string): string {
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const name = this.#newName(prefix)
    this.#names.set(key, name)
    this.#texts.set(name, write(name))
    return name
  }

  /**
   * Returns the name of a definition's function, which can call itself.
   * @param mode - Distinguishes the functions of one definition.
   * @param write - Writes the function under its name, if it is new.
   * @throws the errors of `write`; the function is then unknown again.
   */
  define(definition: Definition, mode: string, write: (name: string) => string): string {
    const ofDefinition = this.#definitions.get(definition) ?? new Map<string, string>()
    this.#definitions.set(definition, ofDefinition)
    const known = ofDefinition.get(mode)
    if (known !== undefined) return known
    const name = this.#newName('f')
    ofDefinition.set(mode, name)
    try {
      this.#texts.set(name, write(name))
    } catch (error) {
      ofDefinition.delete(mode)
      throw error
    }
    return name
  }

  #newName(prefix: Prefix): string {
    return `${prefix}${++this.#count}`
  }

  /** Returns the index of a value. */
  give(given: Given): number {
    const index = this.given.findIndex((known) => isSameGiven(known, given))
    return index < 0 ? this.given.push(given) - 1 : index
  }

  /**
   * Returns the functions that a text calls, directly or through others, by their names.
   * @param isMade - Returns whether a function is left out, with all that it calls. Default: none is.
   */
  calledBy(text: string, isMade: (name: string) => boolean = () => false): ReadonlyMap<string, string> {
    const found = new Map<string, string>()
    const follow = (called: readonly string[]): void => {
      for (const name of called) {
        const known = this.#texts.get(name)
        if (known === undefined || found.has(name) || isMade(name)) continue
        found.set(name, known)
        follow(this.#calledIn(name, known))
      }
    }
    follow(calledIn(text))
    return found
  }

  /** Returns whether a pattern matches a text, or a function that it calls, directly or through others. */
  mentions(text: string, pattern: RegExp): boolean {
    const known = entryOf(this.#mentions, pattern, () => new Map<string, boolean>())
    const open = new Set<string>()
    const matches = (text: string, called: readonly string[]): boolean => pattern.test(text) || called.some(follow)
    const follow = (name: string): boolean => {
      const answer = known.get(name)
      const own = this.#texts.get(name)
      if (answer !== undefined || own === undefined || open.has(name)) return answer === true
      open.add(name)
      const isFound = matches(own, this.#calledIn(name, own))
      if (isFound) known.set(name, true)
      return isFound
    }
    const isFound = matches(text, calledIn(text))
    // A false answer for one of the functions that call each other is right once all of them were seen.
    if (!isFound) for (const name of open) known.set(name, false)
    return isFound
  }

  #calledIn(name: string, text: string): readonly string[] {
    return entryOf(this.#called, name, () => calledIn(text))
  }
}

/** The prefixes of the names of functions. */
type Prefix = 'f' | 'same' | 'is' | 'isNil' | 'in' | 'link'

/** Returns the names of the functions that a text calls itself. */
export function calledIn(text: string): readonly string[] {
  return [...new Set(text.match(/\b(?:f|same|is|isNil|in|link)\d+\b/g))]
}

/** Returns whether two descriptions mean the same value. */
function isSameGiven(one: Given, other: Given): boolean {
  if (one.kind === 'value') return other.kind === 'value' && Object.is(one.value, other.value)
  if (one.kind === 'class') return other.kind === 'class' && one.model === other.model
  if (one.kind === 'constant') return other.kind === 'constant' && one.name === other.name
  return other.kind === 'goal' && one.expression === other.expression
}
