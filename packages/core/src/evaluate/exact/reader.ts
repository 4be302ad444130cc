import type { KnownRow, Operand, Step } from '../../condition/condition.js'
import type { Span } from '../../language/source.js'
import type { Budget } from '../../predicate/budget.js'
import type { Field } from '../../schema/model.js'
import { doubtfulReference, referencedRow, unloadedRelation } from '../../schema/reference.js'
import type { Schema } from '../../schema/schema.js'
import type { Missing, Unloaded } from '../../schema/wanted.js'
import type { Account } from '../../text/account.js'
import { callNamed } from '../../text/callNamed.js'
import type { RegExpEngine } from '../../text/engine.js'
import { Attributes } from '../../values/attributes.js'
import { Fault } from '../../values/fault.js'
import { sharedIteratorOf } from '../../values/iterators.js'
import { abandon, isThenable } from '../../values/thenable.js'
import { settled, waiting } from './failure.js'
import { identityOfRow, knownRow } from './knownRow.js'

/** Reads known values while a condition is bound to an actor. */
export class BindReader {
  readonly attributes: Attributes
  /** One root per row, so that printers recognize the paths of one row. */
  #rows: Map<string, KnownRow> | undefined

  constructor(
    private readonly schema: Schema,
    private readonly missing: Missing | undefined,
    private readonly unloaded: Unloaded,
  ) {
    this.attributes = new Attributes(schema)
  }

  /** Returns an object that has the value of a constant, or of a name of the context. */
  constant(name: string): { readonly value: unknown } {
    const constant = this.schema.constant(name)
    return this.missing?.arrived(constant, 'value') ?? constant
  }

  /** Follows steps from an operand, reading values as far as they are known. */
  steps(operand: Operand, steps: readonly Step[]): Operand {
    let at = operand
    for (let index = 0; index < steps.length; index++) {
      const step = steps[index]!
      if (at.kind !== 'value') {
        const rest = steps.slice(index)
        if (at.kind === 'path') return { kind: 'path', root: at.root, steps: [...at.steps, ...rest] }
        return rest.reduce<Operand>((of, one) => ({ kind: 'field', of, step: one }), at)
      }
      at = this.#read(at.value, step)
    }
    return at
  }

  /**
   * Follows steps from an object that is complete, or is a row that a foreign key refers to.
   * Returns undefined if the value takes more than that.
   */
  known(object: unknown, steps: readonly Step[]): unknown {
    // A value that is loaded elsewhere may have arrived.
    if (this.missing) return undefined
    let at = object
    for (const { name } of steps) {
      if (typeof at !== 'object' || at === null) return undefined
      const own = this.attributes.read(at, name)
      this.attributes.assertHeld(at, name, own)
      at = own === undefined ? this.#referenced(at, name) : own
    }
    if (!isThenable(at)) return at
    abandon(at)
    return undefined
  }

  /** Returns the elements of an iterable; undefined for any other value. */
  elements(value: object, span: Span, budget: Budget): readonly unknown[] | undefined {
    const iterator = sharedIteratorOf(value)
    if (!iterator) return undefined
    const elements: unknown[] = []
    for (;;) {
      // Sound: `next` of an iterator returns it, or a promise of it.
      const next = settled(iterator.next(), 'An element of a list', span) as IteratorResult<unknown>
      if (next.done) break
      budget.spend(1)
      elements.push(next.value)
    }
    return elements
  }

  #referenced(object: object, name: string): object | null | undefined {
    const [model, field] = this.attributes.fieldOf(object, name)
    return field?.kind === 'relation' && field.kept ? referencedRow(object, model, field) : undefined
  }

  /** Returns the result of a method of a value; the cost is charged to the account. */
  called(
    receiver: unknown,
    { method, span }: Extract<Operand, { kind: 'call' }>,
    args: readonly unknown[],
    account: Account,
    regExp: RegExpEngine | undefined,
  ): unknown {
    const call = (): unknown => callNamed(this.schema, receiver, method, args, account, regExp)
    return settled(placedAt(span, call), `The result of "${method}"`, span)
  }

  #read(value: unknown, step: Step): Operand {
    return placedAt(step.span, () => this.#attribute(value, step))
  }

  #attribute(value: unknown, step: Step): Operand {
    const { name } = step
    const arrived = typeof value === 'object' && value !== null ? this.missing?.arrived(value, name) : undefined
    const own = arrived ? this.attributes.related(value, name, arrived.value) : this.attributes.read(value, name)
    // Sound: other values have no attributes.
    const object = value as object
    if (own === undefined) return this.#absent(object, step, arrived !== undefined)
    if (!isThenable(own)) {
      this.attributes.assertHeld(object, name, own)
      return { kind: 'value', value: own }
    }
    // Its rejection is ignored: the code that awaits the value reads it again.
    abandon(own)
    this.missing?.want({ object, name, relation: undefined, model: undefined })
    return this.#leave(object, step, 'relation') ?? waiting(step.span)
  }

  /**
   * Reads what an object does not have. A to-one relation is read by its foreign key; any other is left to
   * the database, or fails.
   */
  #absent(object: object, step: Step, wasAsked: boolean): Operand {
    const { name } = step
    const [model, field] = this.attributes.fieldOf(object, name)
    const relation = field?.kind === 'relation' ? field : undefined
    const row = relation && referencedRow(object, model, relation)
    if (relation && this.missing && row !== null && !wasAsked) {
      // Without a key, or with a key of other columns, rows are compared as objects: only the
      // loaded row decides.
      const isKnown = row !== undefined && this.schema.key(relation.model)?.every((one) => relation.to.includes(one))
      this.missing.want({ object, name, relation, model }, isKnown)
    }
    // The row may be gone: the database knows whether it exists.
    const isOpen = row === undefined || doubtfulReference(row) !== undefined
    const left =
      isOpen && (relation || unloadedRelation(object))
        ? this.#leave(object, step, relation ? 'relation' : 'scalar')
        : undefined
    return left ?? { kind: 'value', value: row === undefined ? this.attributes.absent(object, name) : row }
  }

  /**
   * Leaves a read from a row to the database. Returns undefined if that is impossible or not
   * allowed.
   */
  #leave(object: object, step: Step, kind: Field['kind']): Operand | undefined {
    if (this.unloaded !== 'database') return undefined
    const row = knownRow(this.schema, object)
    if (!row || this.schema.field(row.model, step.name)?.kind !== kind) return undefined
    this.#rows ??= new Map<string, KnownRow>()
    const root = this.#rows.get(identityOfRow(row)) ?? row
    this.#rows.set(identityOfRow(root), root)
    return { kind: 'path', root, steps: [{ ...step, model: root.model }] }
  }
}

/** Evaluates a part of the policy, whose faults have its place. */
function placedAt<Result>(span: Span, evaluate: () => Result): Result {
  try {
    return evaluate()
  } catch (error) {
    throw error instanceof Fault ? error.at(span) : error
  }
}
