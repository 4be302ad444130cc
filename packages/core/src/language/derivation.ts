import { junction } from './build/operators.js'
import { Derived } from './derived.js'
import { arrange } from './operators.js'
import type { Token } from './token.js'

/** A builder. Sound to call with any parts that the grammar gives its production. */
type Build = (...parts: readonly unknown[]) => unknown

/** Takes the next `tokens` as values, then replaces the last `parts` values by what `build` makes of them. */
interface Step {
  readonly tokens: number
  readonly parts: number
  readonly build: Build
  /** Whether `build` takes the parts as a list: there can be more of them than a call can have arguments. */
  readonly takesList: boolean
}

/**
 * The steps that build the value of a statement. They refer to tokens by their order alone, so they
 * build the value of every statement with the same kinds of tokens: a parse depends on nothing else.
 * `"read" if "reader";` and `"edit" if "owner";` share one derivation.
 */
export class Derivation {
  readonly #steps: readonly Step[]

  private constructor(steps: readonly Step[]) {
    this.#steps = steps
  }

  /** Returns the derivation of a parsed statement, and its tokens. */
  static of(root: Derived): { readonly derivation: Derivation; readonly tokens: readonly Token[] } {
    // A long list nests as deeply as it is long, so this does not recurse.
    const backwards: (Derived | Token)[] = []
    const open: (Derived | Token)[] = [root]
    for (let next = open.pop(); next; next = open.pop()) {
      const at = arrange(next)
      backwards.push(at)
      if (at instanceof Derived) for (const part of at.parts) open.push(part)
    }
    const tokens: Token[] = []
    const steps: Step[] = []
    let taken = 0
    for (let at = backwards.pop(); at; at = backwards.pop()) {
      if (at instanceof Derived) {
        const build = at.build as Build
        steps.push({ tokens: tokens.length - taken, parts: at.parts.length, build, takesList: build === junction })
        taken = tokens.length
      } else tokens.push(at)
    }
    return { derivation: new Derivation(steps), tokens }
  }

  /** Builds the value of a statement of these tokens. */
  build(tokens: readonly Token[]): unknown {
    const values: unknown[] = []
    let at = 0
    let top = 0
    const steps = this.#steps
    for (let index = 0; index < steps.length; index++) {
      const step = steps[index]!
      for (const end = at + step.tokens; at < end; at++) values[top++] = tokens[at]
      const first = top - step.parts
      values[first] = built(step, values, first)
      top = first + 1
    }
    return values[0]
  }
}

/** Builds the value of a step, whose parts begin at `first`. Nearly all steps have few parts, which need no list. */
function built({ build, parts, takesList }: Step, values: readonly unknown[], first: number): unknown {
  if (takesList) return build(values.slice(first, first + parts))
  switch (parts) {
    case 1:
      return build(values[first])
    case 2:
      return build(values[first], values[first + 1])
    case 3:
      return build(values[first], values[first + 1], values[first + 2])
    case 4:
      return build(values[first], values[first + 1], values[first + 2], values[first + 3])
    default:
      return build(...values.slice(first, first + parts))
  }
}

/** Statements of more tokens are parsed alone: no other is likely to have their shape. */
export const LONGEST = 256

/**
 * The way to start parsing a statement, and the kinds of its first tokens. The shapes of a policy are
 * a tree, so that looking one up makes no text.
 */
export class Shape {
  /** The derivation of the statements that have just these tokens, once one is parsed. */
  derivation: Derivation | undefined = undefined
  readonly longer: Map<string, Shape> = new Map()

  /** Returns the shape with one more kind of token; that of the root with a start. */
  and(kind: string): Shape {
    let longer = this.longer.get(kind)
    if (!longer) {
      longer = new Shape()
      this.longer.set(kind, longer)
    }
    return longer
  }

  /** Returns the shape of a whole statement. `this` is the root. */
  of(start: string, tokens: readonly Token[]): Shape {
    let shape = this.and(start)
    for (let at = 0; at < tokens.length; at++) shape = shape.and(tokens[at]!.kind)
    return shape
  }
}
