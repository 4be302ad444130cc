/** A regular expression of another engine, with the interface of `RegExp`. */
export interface RegExpLike {
  /** Where the next match begins, with the flags `g` and `y`. */
  lastIndex: number
  /** Returns the next match with its groups and its `index`, or null. */
  exec(text: string): RegExpExecArray | null
}

/**
 * Makes regular expressions that take linear time, such as those of RE2.
 * Every pattern of a policy uses it. The patterns are those of `match`, `matchAll`, `search`,
 * `replace`, `replaceAll` and `split` of a text, and of `test` and `exec` of a `RegExp`.
 * @throws the engine's error for an unsupported pattern; the check or the filter throws it.
 * @example
 * import { RE2 } from 're2-wasm'
 * // RE2 demands the flag `u`
 * new Authorizer({ regExp: (source, flags) => new RE2(source, `${flags.replace('u', '')}u`) })
 */
export type RegExpEngine = (source: string, flags: string) => RegExpLike

/**
 * A regular expression of another engine, for the methods of texts that expect one of JavaScript.
 */
export class EngineRegExp {
  readonly source: string
  readonly flags: string
  lastIndex = 0
  readonly #engine: RegExpLike

  constructor(source: string, flags: string, engine: RegExpEngine) {
    this.source = source
    this.flags = flags
    this.#engine = engine(source, flags)
    // `split` and `matchAll` create a copy of the pattern
    const species = function species(pattern: EngineRegExp, its: string): EngineRegExp {
      return new EngineRegExp(pattern.source, its, engine)
    }
    Object.defineProperty(this, 'constructor', { value: { [Symbol.species]: species } })
  }

  get global(): boolean {
    return this.flags.includes('g')
  }

  get unicode(): boolean {
    return this.flags.includes('u')
  }

  exec(text: string): RegExpExecArray | null {
    const engine = this.#engine
    engine.lastIndex = this.lastIndex
    const match = engine.exec(String(text))
    if (this.flags.includes('g') || this.flags.includes('y')) this.lastIndex = engine.lastIndex
    return match
  }

  test(text: string): boolean {
    return this.exec(text) !== null
  }

  [Symbol.match](text: string): unknown {
    return own(Symbol.match, this, text)
  }
  [Symbol.matchAll](text: string): unknown {
    return own(Symbol.matchAll, this, text)
  }
  [Symbol.search](text: string): unknown {
    return own(Symbol.search, this, text)
  }
  [Symbol.replace](text: string, by: unknown): unknown {
    return own(Symbol.replace, this, text, by)
  }
  [Symbol.split](text: string, limit: unknown): unknown {
    return own(Symbol.split, this, text, limit)
  }
}

type Method =
  | typeof Symbol.match
  | typeof Symbol.matchAll
  | typeof Symbol.search
  | typeof Symbol.replace
  | typeof Symbol.split

/**
 * Calls JavaScript's own method of `RegExp`: these methods call only `exec` of the given object.
 */
function own(method: Method, pattern: EngineRegExp, ...args: readonly unknown[]): unknown {
  return Reflect.apply(RegExp.prototype[method], pattern, args)
}
