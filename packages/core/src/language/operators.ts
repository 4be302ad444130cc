import { variable } from './build/atoms.js'
import {
  arithmetic,
  assign,
  compare,
  contains,
  type Form,
  junction,
  matches,
  negated,
  unify,
} from './build/operators.js'
import { type Builder, Derived } from './derived.js'
import { AND, COMPARE, IN, NOT, OR, PRODUCT, SUM, UNIFY } from './tightness.js'
import type { Token } from './token.js'

/** An operator: how tightly it binds, and what builds the value of its operands and itself. */
interface Operator {
  readonly precedence: number
  readonly build: Builder
}

/** All binary operators are left-associative. */
const OPERATORS: Readonly<Record<string, Operator>> = {
  or: { precedence: OR, build: junction },
  and: { precedence: AND, build: junction },
  not: { precedence: NOT, build: negated },
  ':=': { precedence: UNIFY, build: assign },
  '=': { precedence: UNIFY, build: unify },
  in: { precedence: IN, build: contains },
  matches: { precedence: IN, build: matches },
  ...allOf('== != < <= > >=', { precedence: COMPARE, build: compare }),
  ...allOf('+ -', { precedence: SUM, build: arithmetic }),
  ...allOf('* / mod rem', { precedence: PRODUCT, build: arithmetic }),
}

function allOf(operators: string, one: Operator): Record<string, Operator> {
  return Object.fromEntries(operators.split(' ').map((text) => [text, one]))
}

const operator = (token: Token): Operator => OPERATORS[token.text]!

/**
 * Arranges the operators of a flat chain by precedence, and returns the derivation of one operation. Any other part is
 * returned as it is.
 */
export function arrange(part: Derived | Token): Derived | Token {
  return formOf(part) ? new Arrangement().of(part as Derived) : part
}

function formOf(part: Derived | Token): Form | undefined {
  return part instanceof Derived && typeof part.build === 'string' ? part.build : undefined
}

/** An operator-precedence parser. */
class Arrangement {
  readonly #operands: (Derived | Token)[] = []
  readonly #operators: Token[] = []

  of(root: Derived): Derived {
    const links: Derived[] = []
    let leftmost: Derived | Token = root
    // Sound, here and below: the forms of the grammar have these parts.
    for (; formOf(leftmost) === 'chain'; leftmost = (leftmost as Derived).parts[0]!) links.push(leftmost as Derived)
    this.#push(leftmost)
    for (let index = links.length - 1; index >= 0; index--) {
      const [, token, right] = links[index]!.parts
      this.#operator(token as Token)
      this.#push(right!)
    }
    while (this.#operators.length > 0) this.#reduce()
    return this.#operands[0] as Derived
  }

  #push(unit: Derived | Token): void {
    let at = unit
    for (; formOf(at) === 'negation'; at = (at as Derived).parts[1]!) {
      this.#operators.push((at as Derived).parts[0] as Token)
    }
    if (formOf(at) === 'assignment') {
      const [name, token, value] = (at as Derived).parts
      this.#operands.push(new Derived(variable, [name!]))
      this.#operators.push(token as Token)
      at = value!
    }
    this.#operands.push(at)
  }

  #operator(token: Token): void {
    const { precedence, build } = operator(token)
    for (let before = this.#operators.at(-1); before; before = this.#operators.at(-1)) {
      // `and` and `or` take all their operands at once.
      if (operator(before).precedence < precedence || (before.text === token.text && build === junction)) break
      this.#reduce()
    }
    this.#operators.push(token)
  }

  /** Applies the last operator to the last operands. */
  #reduce(): void {
    const token = this.#operators.pop()!
    const { build } = operator(token)
    const parts = [this.#operands.pop()!, token]
    if (build !== negated) parts.push(this.#operands.pop()!)
    while (build === junction && this.#operators.at(-1)?.text === token.text) {
      parts.push(this.#operators.pop()!, this.#operands.pop()!)
    }
    this.#operands.push(new Derived(build, parts.reverse()))
  }
}
