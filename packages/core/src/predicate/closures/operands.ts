import type { Operand, Path, Root, Step } from '../../condition/condition.js'
import { isLength } from '../../condition/type.js'
import { linksNamed } from '../../values/links.js'
import { bailOut } from '../bail.js'
import { type Budget, Meter } from '../budget.js'
import { assuming, callAssumed } from '../hostReads.js'
import type { Meaning } from '../meaning.js'
import { calculate, call, held, plain } from '../read.js'
import { budgetOf, Layout, noSlot, type Slots } from './frame.js'
import { type LinkTest, linkTest } from './linkTest.js'
import { get, type Reader, reader } from './reader.js'

/** The account of evaluations that do not count their steps. */
export class OwnMeter extends Meter {
  /** Whether a predicate uses it. */
  isUsed = false
}

/** The operands of the conditions that are evaluated in one frame, and the slots for them. */
export class Operands {
  readonly layout: Layout = new Layout()
  readonly #meaning: Meaning
  /** Undefined for evaluations that count their steps. */
  readonly #own: OwnMeter | undefined
  readonly #slots = new Map<Root, number>()
  /** The number of loops around the element in a slot, and the slots of values that were read from it. */
  readonly #elements = new Map<number, { readonly depth: number; readonly kept: number[] }>()
  readonly #rows = new Map<string, Reader>()
  /** The slots of the `Known`s of paths. */
  readonly #known = new Map<string, number>()

  constructor(meaning: Meaning, own: OwnMeter | undefined) {
    this.#meaning = meaning
    this.#own = own
  }

  /** Returns the account for methods and long collections. */
  get account(): (frame: Slots) => Budget | Meter {
    const own = this.#own
    if (own === undefined) return budgetOf
    own.isUsed = true
    return () => own
  }

  /** Returns the slot of a root. */
  slot(root: Root): number {
    if (root.kind === 'actor') return 0
    if (root.kind === 'resource') return 1
    if (root.kind === 'action') return 2
    if (root.kind === 'row') return bailOut()
    let slot = this.#slots.get(root)
    if (slot === undefined) {
      slot = this.layout.add()
      this.#slots.set(root, slot)
    }
    return slot
  }

  /** Lets roots be the value in a slot. */
  bind(roots: readonly Root[], slot: number): void {
    for (const root of roots) this.#slots.set(root, slot)
  }

  /**
   * Adds a slot for the elements of a collection.
   * @param depth - The number of loops around an element.
   * @returns the slot, and the slots of values that were read from the element.
   */
  element(variables: readonly Root[], depth: number): { readonly slot: number; readonly kept: readonly number[] } {
    const slot = this.layout.add()
    const kept: number[] = []
    this.#elements.set(slot, { depth, kept })
    this.bind(variables, slot)
    return { slot, kept }
  }

  /** Returns the number of loops around the value of a root. */
  depthOf(root: Root): number {
    return this.#elements.get(this.slot(root))?.depth ?? 0
  }

  /** Returns the slot for the `Known` of a path. */
  knownSlot({ root, steps }: Path): number {
    const slot = this.slot(root)
    const key = pathKey(slot, steps)
    let known = this.#known.get(key)
    if (known === undefined) {
      known = this.#keep(slot)
      this.#known.set(key, known)
    }
    return known
  }

  /** Returns the reader of an operand. */
  reader(operand: Operand): Reader {
    switch (operand.kind) {
      case 'value': {
        const { value } = operand
        return computed(() => value)
      }
      case 'constant': {
        const { name, assumed } = operand
        const constant = this.#meaning.schema.constant(name)
        if (assumed) return computed(() => assuming(constant.value, assumed))
        return computed(() => plain(constant.value))
      }
      case 'path':
        return this.#path(operand)
      case 'count':
        return computed(() => undefined)
      case 'field':
        return reader(noSlot, this.reader(operand.of), operand.step.name, this.#linkTest(operand.step))
      case 'list': {
        const elements = operand.elements.map((one) => this.reader(one))
        return computed((frame) => {
          const values = elements.map((element) => plain(get(element, frame)))
          return values.includes(undefined) ? undefined : values
        })
      }
      case 'call': {
        const { method, assumed } = operand
        if (assumed && operand.of.kind === 'constant') {
          const constant = this.#meaning.schema.constant(operand.of.name)
          return computed(() => callAssumed(constant.value, method, assumed))
        }
        const of = this.reader(operand.of)
        const args = operand.args.map((one) => this.reader(one))
        const { account } = this
        const { regExp } = this.#meaning
        return computed((frame) => {
          const receiver = plain(get(of, frame))
          return call(
            receiver,
            method,
            args.map((arg) => plain(get(arg, frame))),
            account(frame),
            regExp,
          )
        })
      }
      case 'arithmetic': {
        const left = this.reader(operand.left)
        const right = this.reader(operand.right)
        const { operator } = operand
        return computed((frame) => calculate(operator, held(get(left, frame)), get(right, frame)))
      }
    }
  }

  /** Returns the reader of a path. Rows that it leads through are kept. */
  #path({ root, steps }: Path): Reader {
    const slot = this.slot(root)
    const [last] = steps.slice(-1)
    return last ? reader(noSlot, this.#row(slot, steps.slice(0, -1)), last.name, this.#linkTest(last)) : reader(slot)
  }

  #row(root: number, steps: Path['steps']): Reader {
    const key = pathKey(root, steps)
    let row = this.#rows.get(key)
    if (!row) {
      const [last] = steps.slice(-1)
      row = last
        ? reader(this.#keep(root), this.#row(root, steps.slice(0, -1)), last.name, this.#linkTest(last))
        : reader(root)
      this.#rows.set(key, row)
    }
    return row
  }

  /** Returns the test of a relation whose columns say which row it holds. */
  #linkTest(step: Step): LinkTest | undefined {
    const { schema, kinds } = this.#meaning
    const links = isLength(step) ? [] : linksNamed(schema, step.model, step.name)
    return links.length === 0 ? undefined : linkTest({ schema, kinds, equality: undefined }, links)
  }

  /** Adds a slot for a value that is read from a root. */
  #keep(root: number): number {
    const slot = this.layout.add()
    this.#elements.get(root)?.kept.push(slot)
    return slot
  }
}

function computed(compute: (frame: Slots) => unknown): Reader {
  return reader(noSlot, undefined, undefined, undefined, compute)
}

/** Returns a key for the path from a slot. */
function pathKey(slot: number, steps: Path['steps']): string {
  return JSON.stringify([slot, ...steps.map(({ name }) => name)])
}
