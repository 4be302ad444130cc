import type { Condition, Operand } from '@arcturus/core/internal/explain'
import { type Assignment, isKey, type Realization, without } from './changes.js'
import { fits, neighbours, others } from './fieldValues.js'
import { isImagined } from './imagined.js'
import { type Location, locationOf, named, sidesOf } from './location.js'
import { operandsOf } from './operands.js'
import type { Part, World } from './part.js'

/** Returns the ways to make a leaf true or false by one field. */
export function realize(part: Part, wanted: boolean): Realization {
  return new Realizer(part).realize(wanted)
}

class Realizer {
  /** Whether a value was wanted for a field that can't hold it. */
  #isRefused = false

  constructor(private readonly part: Part) {}

  realize(wanted: boolean): Realization {
    const operands = operandsOf(this.part.condition)
    if (operands.length > 0 && operands.every((one) => this.#isFixed(one)))
      return { ways: [], isWhole: true, isBarred: true }
    const realization = this.#realize(wanted)
    return { ...realization, isBarred: this.#isRefused && realization.ways.length === 0 }
  }

  #realize(wanted: boolean): Realization {
    const { condition } = this.part
    switch (condition.kind) {
      case 'compare': {
        const { operator, left, right } = condition
        const isEquality = operator === '=' || operator === '==' || operator === '!='
        const equals = (operator === '!=') !== wanted
        const ways = this.#first(sidesOf(condition, this.part.environment), (side) => {
          const other = this.#read(side === left ? right : left)
          if (other === undefined) return []
          if (!isEquality) return this.#set(side, neighbours(other))
          return equals ? this.#set(side, [other]) : this.#setOther(side, other)
        })
        // Two fields can also be equal by a third value.
        const areFields = this.#at(left) !== undefined && this.#at(right) !== undefined
        return { ways, isWhole: isEquality && equals && !areFields }
      }
      case 'in':
        return this.#membership(condition, wanted)
      case 'text': {
        const [of, part] = [this.#read(condition.of), this.#read(condition.part)]
        const ways = [
          ...(typeof part === 'string' ? this.#set(condition.of, wanted ? [part] : ['', `${part}'`, `'${part}`]) : []),
          ...(typeof of === 'string' ? this.#set(condition.part, wanted ? [of, ''] : [`${of}'`]) : []),
        ]
        return { ways, isWhole: false }
      }
      case 'test':
        return { ways: this.#set(condition.of, [wanted]), isWhole: true }
      default:
        return { ways: [], isWhole: true }
    }
  }

  #membership({ item, list }: Extract<Condition, { kind: 'in' }>, wanted: boolean): Realization {
    const { world } = this.part
    const [one, all] = [this.#read(item), this.#read(list)]
    const elements: readonly unknown[] = Array.isArray(all) ? all : typeof all === 'string' ? [...all] : []
    const place = this.#at(list)
    // Another change can be one of the item.
    const change = (to: (before: readonly unknown[], element: unknown) => readonly unknown[]): readonly Assignment[] =>
      place && one !== undefined && (Array.isArray(all) || all === undefined)
        ? [
            {
              ...place,
              to: (before, changed = world) => to(Array.isArray(before) ? before : [], this.#read(item, changed)),
              isAdded: true,
            },
          ]
        : []
    const ways = wanted
      ? [...this.#set(item, elements.slice(0, maxElements)), ...change((before, element) => [...before, element])]
      : [
          ...elements.flatMap((element) => this.#setOther(item, element)),
          ...change((before, element) => without(world, before, element)),
        ]
    return { ways, isWhole: wanted && elements.length <= maxElements }
  }

  /** Returns the field that can be changed for an operand: a row with another key is another row. */
  #at(operand: Operand): Location | undefined {
    const { world, environment } = this.part
    const location = locationOf(world, operand, environment)
    return location && isKey(world.schema, location) && !isImagined(location.object) ? undefined : location
  }

  /** Returns whether nobody can change an operand: a literal, a key, or a row that the question or a list gives. */
  #isFixed(of: Operand): boolean {
    const { world, environment } = this.part
    const { operand } = named(of, environment)
    if (operand.kind === 'value') return true
    if (operand.kind !== 'path' || isImagined(this.#read(of))) return false
    if (operand.steps.length === 0) return true
    const location = locationOf(world, of, environment)
    return location !== undefined && this.#at(of) === undefined
  }

  #read(operand: Operand, world: World = this.part.world): unknown {
    try {
      return world.value(operand, this.part.environment)
    } catch {
      return undefined
    }
  }

  #set(operand: Operand, values: readonly unknown[]): readonly Assignment[] {
    const location = this.#at(operand)
    if (!location) return []
    const possible = values.filter((value) => fits(this.part.world.schema, location, value))
    this.#isRefused ||= possible.length < values.length
    return possible.map((value) => ({ ...location, to: () => value, isAdded: false }))
  }

  /** Returns the assignments of the first operand that has any. */
  #first(sides: readonly Operand[], ways: (side: Operand) => readonly Assignment[]): readonly Assignment[] {
    for (const side of sides) {
      const found = ways(side)
      if (found.length > 0) return found
    }
    return []
  }

  /** Sets a field to anything but a value. */
  #setOther(operand: Operand, value: unknown): readonly Assignment[] {
    const location = this.#at(operand)
    return location ? this.#set(operand, others(this.part.world.schema, location, value)) : []
  }
}

const maxElements = 8
