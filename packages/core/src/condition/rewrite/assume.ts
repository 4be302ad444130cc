import type { AssumedType, Call, Condition, Constant, Definition, Operand } from '../condition.js'
import { mapOperands, mapParts, operandsIn, partsIn } from '../visit.js'

/** Returns the type that a value of the host has, or undefined if nothing is assumed. */
export type TypeOfHost = (read: Constant | Call) => AssumedType | undefined

/**
 * Adds assumed types to the constants of conditions, and to calls without arguments of constants, such as
 * `clock.now()`. With them, a condition has fewer parts that can be an error, so that more of its parts can
 * change places. Whoever evaluates the condition must check every value that has an assumed type.
 */
export class Assumptions {
  /** The types of constants, and of calls by constant and method. */
  readonly #types = new Map<string, AssumedType | undefined>()
  readonly #definitions = new Map<Definition, Definition>()
  /** Definitions without any assumed type. */
  readonly #without = new Set<Definition>()

  /** @param typeOf - Called once for each constant, and for each method of a constant. */
  constructor(private readonly typeOf: TypeOfHost) {}

  /** Returns a condition with assumed types; the same condition if there are none. */
  apply(condition: Condition): Condition {
    if (!this.#concerns(condition)) return condition
    if (condition.kind === 'ref') {
      const own = mapOperands(condition, (one) => this.#operand(one))
      return { ...own, definition: this.#definition(own.definition) }
    }
    const own = mapOperands(condition, (one) => this.#operand(one))
    return mapParts(own, (one) => this.apply(one))
  }

  #definition(definition: Definition): Definition {
    const known = this.#definitions.get(definition)
    if (known) return known
    if (!this.#concernsDefinition(definition)) return definition
    const copy: { -readonly [Key in keyof Definition]: Definition[Key] } = { ...definition }
    // It can refer to itself.
    this.#definitions.set(definition, copy)
    copy.condition = this.apply(definition.condition)
    return copy
  }

  #operand(operand: Operand): Operand {
    const own = mapOperands(operand, (one) => this.#operand(one))
    const assumed = this.#typeIn(own)
    // Sound: only constants and calls have such a type.
    return assumed ? { ...(own as Constant | Call), assumed } : own
  }

  /** Returns whether a condition, or a definition that it refers to, has an operand with an assumed type. */
  #concerns(condition: Condition, visited?: Set<Definition>): boolean {
    if (operandsIn(condition).some((one) => this.#isConcerned(one))) return true
    if (condition.kind === 'ref') return this.#concernsDefinition(condition.definition, visited)
    return partsIn(condition).some((part) => this.#concerns(part, visited))
  }

  #concernsDefinition(definition: Definition, around?: Set<Definition>): boolean {
    const visited = around ?? new Set<Definition>()
    if (this.#without.has(definition) || visited.has(definition)) return false
    visited.add(definition)
    if (this.#concerns(definition.condition, visited)) return true
    if (!around) for (const one of visited) this.#without.add(one)
    return false
  }

  #isConcerned(operand: Operand): boolean {
    return this.#typeIn(operand) !== undefined || operandsIn(operand).some((one) => this.#isConcerned(one))
  }

  #typeIn(operand: Operand): AssumedType | undefined {
    if (operand.kind === 'constant') return this.#memoized(operand.name, operand)
    if (operand.kind !== 'call' || operand.args.length > 0 || operand.of.kind !== 'constant') return undefined
    return this.#memoized(`${operand.of.name}.${operand.method}`, operand)
  }

  #memoized(key: string, read: Constant | Call): AssumedType | undefined {
    if (!this.#types.has(key)) this.#types.set(key, this.typeOf(read))
    return this.#types.get(key)
  }
}
