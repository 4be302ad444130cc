import { junction } from './build/operators.js'
import { Derived } from './derived.js'
import { arrange } from './operators.js'
import type { Token } from './token.js'

/** A builder. Sound to call with any parts that the grammar gives its production. */
type Build = (...parts: readonly unknown[]) => unknown

/** What builds one value, and the places of its parts: first come the tokens, then the values of the steps before. */
interface Step {
  readonly build: Build
  readonly places: readonly number[]
  /** Whether `build` takes the parts as a list: there can be more of them than a call can have arguments. */
  readonly takesList: boolean
}

/**
 * The steps that build the value of a statement. They refer to tokens by their order alone, so they
 * build the value of every statement with the same kinds of tokens: a parse depends on nothing else.
 * `"read" if "reader";` and `"edit" if "owner";` share one derivation.
 */
export class Derivation {
  /** The tokens of a statement and the values of all steps, of one statement after the other. */
  readonly #values: unknown[] = []
  /** Whether all statements of this derivation pass `checkValueTypes`. */
  isValid = false

  private constructor(private readonly steps: readonly Step[]) {}

  /** Returns the derivation of a parsed statement, and its tokens. */
  static of(root: Derived): { readonly derivation: Derivation; readonly tokens: Token[] } {
    // A long list nests as deeply as it is long, so this does not recurse.
    const backwards: (Derived | Token)[] = []
    const open: (Derived | Token)[] = [root]
    for (let next = open.pop(); next; next = open.pop()) {
      const at = arrange(next)
      backwards.push(at)
      if (at instanceof Derived) for (const part of at.parts) open.push(part)
    }
    const inOrder = backwards.reverse()
    const tokens = inOrder.filter((part): part is Token => !(part instanceof Derived))
    const steps: Step[] = []
    /** The places of the parts that no step has taken yet. */
    const places: number[] = []
    let token = 0
    for (const part of inOrder) {
      if (part instanceof Derived) {
        const build = part.build as Build
        const own = places.splice(places.length - part.parts.length)
        places.push(tokens.length + steps.length)
        steps.push({ build, places: own, takesList: build === junction })
      } else places.push(token++)
    }
    return { derivation: new Derivation(steps), tokens }
  }

  /** Builds the value of the statement with these tokens. */
  build(tokens: readonly Token[]): unknown {
    const steps = this.steps
    const values = this.#values
    let at = 0
    while (at < tokens.length) values[at] = tokens[at++]
    for (let index = 0; index < steps.length; index++) values[at++] = built(steps[index]!, values)
    return values[at - 1]
  }
}

/** Builds the value of a step. Nearly all steps have few parts, which need no list. */
function built({ build, places, takesList }: Step, values: readonly unknown[]): unknown {
  if (takesList) return build(partsAt(places, values))
  switch (places.length) {
    case 1:
      return build(values[places[0]!])
    case 2:
      return build(values[places[0]!], values[places[1]!])
    case 3:
      return build(values[places[0]!], values[places[1]!], values[places[2]!])
    case 4:
      return build(values[places[0]!], values[places[1]!], values[places[2]!], values[places[3]!])
    default:
      return build(...partsAt(places, values))
  }
}

function partsAt(places: readonly number[], values: readonly unknown[]): readonly unknown[] {
  return places.map((place) => values[place])
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
