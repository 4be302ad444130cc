import type { Path, Root } from '../../condition/condition.js'
import { bailOut } from '../../predicate/bail.js'
import type { ReadPath, ReadStep, Value } from '../../predicate/graph/graph.js'
import { isKept } from '../../predicate/graph/values.js'
import { assuming, callAssumed } from '../../predicate/hostReads.js'
import type { Meaning } from '../../predicate/meaning.js'
import { calculate, call, held, isInstance, plain, referenced } from '../../predicate/read.js'
import { constructorOf } from '../../schema/classes.js'
import { ContextReader, isContextObject } from '../../schema/context.js'
import { entryOf } from '../../values/entryOf.js'
import { budgetOf, Layout, noSlot, type Slots } from './frame.js'
import { linkTest } from './linkTest.js'
import { at, placeOf } from './places.js'
import { get, type Reader, reader } from './reader.js'

/** The operands of the conditions that are evaluated in one frame, and the slots for them. */
export class Operands {
  readonly layout: Layout = new Layout()
  readonly #slots = new Map<Root, number>()
  /** The slots of values that are read from the element in a slot. */
  readonly #kept = new Map<number, number[]>()
  readonly #rows = new Map<string, Reader>()

  constructor(private readonly meaning: Meaning) {}

  /** Returns the slot of a root. */
  slot(root: Root): number {
    if (root.kind === 'actor') return 0
    if (root.kind === 'resource') return 1
    if (root.kind === 'action') return 2
    return entryOf(this.#slots, root, () => this.layout.add())
  }

  /** Returns the slot of a root that some operand reads. */
  known(root: Root): number | undefined {
    return root.kind === 'actor' || root.kind === 'resource' || root.kind === 'action'
      ? this.slot(root)
      : this.#slots.get(root)
  }

  /** The roots that some operand reads, beside the subjects of a check. */
  get roots(): Iterable<Root> {
    return this.#slots.keys()
  }

  /** Lets a root be the value in a slot. */
  bind(root: Root, slot: number): void {
    this.#slots.set(root, slot)
  }

  /** Adds a slot for the elements of a collection. Returns it, and the slots of values that are read from the element. */
  element(variable: Root): { readonly slot: number; readonly kept: readonly number[] } {
    const slot = this.slot(variable)
    return { slot, kept: entryOf(this.#kept, slot, () => []) }
  }

  /** Returns the reader of a value. */
  reader(value: Value): Reader {
    switch (value.kind) {
      case 'literal': {
        const literal = value.value
        return computed(() => literal)
      }
      case 'constant': {
        const { name, method, assumed } = value
        const constant = this.meaning.schema.constant(name)
        if (constant instanceof ContextReader) return computed(readerOf(constant))
        if (assumed === undefined) return computed(() => plain(constant.value))
        if (method === undefined) return computed(() => assuming(constant.value, assumed))
        return computed(() => callAssumed(constant.value, method, assumed))
      }
      case 'path':
        return this.#path(value)
      case 'field': {
        const constant = this.#objectOfContext(value.of)
        return constant
          ? computed(fieldReaderOf(constant, value.step.name))
          : this.#attribute(noSlot, this.reader(value.of), value.step)
      }
      case 'list': {
        const elements = value.of.map((one) => this.reader(one))
        return computed((frame) => {
          const values = elements.map((element) => plain(get(element, frame)))
          return values.includes(undefined) ? undefined : values
        })
      }
      case 'invoke': {
        const { method } = value
        const operands = value.of.map((one) => this.reader(one))
        const { regExp } = this.meaning
        return computed((frame) => {
          const [receiver, ...args] = operands.map((operand) => plain(get(operand, frame)))
          return call(receiver, method, args, budgetOf(frame), regExp)
        })
      }
      case 'arithmetic': {
        const [left, right] = [this.reader(value.of[0]), this.reader(value.of[1])]
        const { operator } = value
        return computed((frame) => calculate(operator, held(get(left, frame)), get(right, frame)))
      }
    }
  }

  /** Returns what reads an object of the context; undefined for any other value. */
  #objectOfContext(value: Value): ContextReader | undefined {
    if (value.kind !== 'constant') return undefined
    const { schema } = this.meaning
    const constant = schema.constant(value.name)
    const isObject = isContextObject(schema, schema.context.fields.get(value.name))
    return isObject && constant instanceof ContextReader ? constant : undefined
  }

  /** Returns the reader of a path. Rows that it leads through are kept. */
  #path({ root, steps }: ReadPath): Reader {
    const slot = this.slot(root)
    const last = steps.at(-1)
    return last ? this.#attribute(noSlot, this.#row(slot, steps.slice(0, -1)), last) : reader(slot)
  }

  #row(root: number, steps: ReadPath['steps']): Reader {
    return entryOf(this.#rows, pathKey(root, steps), () => {
      const last = steps.at(-1)
      return last ? this.#attribute(this.#keep(root), this.#row(root, steps.slice(0, -1)), last) : reader(root)
    })
  }

  #attribute(slot: number, of: Reader, step: ReadStep): Reader {
    const { schema, kinds } = this.meaning
    const { name, links, model, holds } = step
    if (links.length === 0 && holds === undefined) return reader(slot, of, name)
    const reference = isKept(step) ? (holder: unknown) => referenced(schema, holder, model, name) : undefined
    return reader(slot, of, name, linkTest({ schema, kinds, equality: undefined }, links, reference, this.held(holds)))
  }

  /** Returns a test that leaves a row that contradicts its declared class to the machine. */
  held(model: string | undefined): ((value: object) => unknown) | undefined {
    if (model === undefined) return undefined
    const { meaning } = this
    const cls = constructorOf(meaning.schema, model)
    return (value) => value.constructor === cls || isInstance(meaning, value, model, false, model) || bailOut(value)
  }

  /** Adds a slot for a value that is read from a root. */
  #keep(root: number): number {
    const slot = this.layout.add()
    this.#kept.get(root)?.push(slot)
    return slot
  }
}

function computed(compute: (frame: Slots) => unknown): Reader {
  return reader(noSlot, undefined, undefined, undefined, compute)
}

/** Returns a function that reads a name of the context. */
function readerOf({ running, key }: ContextReader): () => unknown {
  const place = placeOf(key)
  // Sound: a predicate is a part of an evaluation.
  return () => plain(at(place, running.current!.context, key))
}

/** Returns a function that reads a field of an object of the context. */
function fieldReaderOf({ running, key }: ContextReader, name: string): () => unknown {
  const [place, ofField] = [placeOf(key), placeOf(name)]
  return () => {
    // Sound: as above. The value is an object of the context, nil, or missing.
    const object = at(place, running.current!.context, key) as object | null | undefined
    return object ? at(ofField, object, name) : undefined
  }
}

/** Returns a key for the path from a slot. */
function pathKey(slot: number, steps: Path['steps']): string {
  return JSON.stringify([slot, ...steps.map(({ name }) => name)])
}
