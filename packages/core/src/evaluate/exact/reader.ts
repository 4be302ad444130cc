import type { KnownRow, Operand, Step } from '../../condition/condition.js'
import type { Span } from '../../language/source.js'
import type { Budget } from '../../predicate/budget.js'
import { holdsPlain, isPlain, type Reading } from '../../schema/adoption.js'
import { hasCustomInstanceCheck } from '../../schema/classes.js'
import { ContextObject } from '../../schema/context.js'
import type { Field, Model, RelationField } from '../../schema/model.js'
import { isPartial } from '../../schema/partial.js'
import { adoptRead, foreignRead } from '../../schema/plainRows.js'
import { doubtfulReference, referencedRow, unloadedRelation } from '../../schema/reference.js'
import type { Schema } from '../../schema/schema.js'
import { tagOf } from '../../schema/tags.js'
import type { Missing, Unloaded } from '../../schema/wanted.js'
import type { Account } from '../../text/account.js'
import { callMethod } from '../../text/call.js'
import type { RegExpEngine } from '../../text/engine.js'
import { methodOf } from '../../text/plainCall.js'
import { HostError, missingContext, queryError } from '../../values/hostError.js'
import { sharedIteratorOf } from '../../values/iterators.js'
import { allKinds } from '../../values/kinds.js'
import { isLink, isLinked, staleRelation } from '../../values/links.js'
import { abandon, isThenable } from '../../values/thenable.js'
import { Failed, fail, failUnloaded, placed, settled, waiting } from './failure.js'
import { identityOfRow, knownRow } from './knownRow.js'

/** Reads known values while a condition is bound to an actor. */
export class BindReader implements Reading {
  valueClass: unknown = undefined
  /** One root per row, so that printers recognize the paths of one row. */
  #rows: Map<string, KnownRow> | undefined
  /** The field of the latest lookup. */
  #last: { readonly model: Model; readonly step: Step; readonly field: Field | undefined } | undefined

  /** The tag and the class of the latest tagged row, which determine its model. */
  #tagged: { readonly tag: string; readonly cls: unknown; readonly model: Model | undefined } | undefined

  constructor(
    private readonly schema: Schema,
    private readonly missing: Missing | undefined,
    private readonly unloaded: Unloaded,
  ) {}

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
    for (const step of steps) {
      if (typeof at !== 'object' || at === null) return undefined
      const own: unknown = (at as Record<string, unknown>)[step.name]
      const isThere = own !== undefined && !isPartial(at, step.name, own)
      if (isThere && foreignRead(this.schema, at, step.name, own) !== undefined) return undefined
      if (isThere && this.#stale(at, step, own)) return undefined
      at = isThere ? this.#adopted(at, step, own) : this.#referenced(at, step)
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

  /** Returns the value read. Plain objects that a relation leads to become rows of its model. */
  #adopted(object: unknown, { name }: Step, value: unknown): unknown {
    if (typeof value === 'object' && value !== null && holdsPlain(value, this))
      adoptRead(this.schema, object, name, value)
    return value
  }

  /** Returns the error for a relation that holds another row than its foreign key refers to, or one of another class. */
  #stale(object: object, step: Step, value: unknown): HostError | undefined {
    if (typeof value !== 'object') return undefined
    const model = this.#modelOf(object)
    const field = model && this.#fieldOf(model, step)
    if (field?.kind === 'relation' && !field.many && isOfOtherClass(this.schema, field.model, value))
      return new HostError('type-error', `The relation "${step.name}" of ${model!.name} holds no ${field.model}.`)
    if (!isLink(field)) return undefined
    const how = { schema: this.schema, kinds: allKinds, equality: undefined }
    return isLinked(how, field, object, value) === false ? staleRelation(model!.name, field, object, value) : undefined
  }

  #referenced(object: object, step: Step): object | null | undefined {
    const model = this.#modelOf(object)
    const field = model && this.#fieldOf(model, step)
    return field?.kind === 'relation' && field.kept ? referencedRow(object, model!.name, field) : undefined
  }

  /** Returns the model of a row, memoizing the latest tag: there can be thousands of rows of one model. */
  #modelOf(object: object): Model | undefined {
    const its = tagOf(object)
    if (its === undefined) return this.schema.baseOf(object)
    const cls: unknown = object.constructor
    if (this.#tagged?.tag !== its || this.#tagged.cls !== cls)
      this.#tagged = { tag: its, cls, model: this.schema.baseOf(object) }
    return this.#tagged.model
  }

  /** Memoizes the latest lookup: there can be thousands of rows of one model. */
  #fieldOf(model: Model, step: Step): Field | undefined {
    if (this.#last?.model !== model || this.#last.step !== step)
      this.#last = { model, step, field: this.schema.field(model.name, step.name) }
    return this.#last.field
  }

  #read(object: unknown, step: Step): Operand {
    if (object === null || object === undefined)
      return fail('missing-attribute', `Cannot read "${step.name}" of nil.`, step.span)
    if (typeof object !== 'object' && typeof object !== 'function')
      return fail('missing-attribute', `Cannot read "${step.name}" of a ${typeof object}.`, step.span)
    const arrived = typeof object === 'object' ? this.missing?.arrived(object, step.name) : undefined
    const own: unknown = arrived ? arrived.value : (object as Record<string, unknown>)[step.name]
    const value = !arrived && isPartial(object, step.name, own) ? undefined : own
    if (value !== undefined) {
      if (isThenable(value)) {
        // Its rejection is ignored: the code that awaits the value reads it again.
        abandon(value)
        if (this.missing && typeof object === 'object')
          this.missing.want({ object, name: step.name, relation: undefined, model: undefined })
        return this.#leave(object, step, 'relation') ?? waiting(step.span)
      }
      const foreign = foreignRead(this.schema, object, step.name, value)
      if (foreign !== undefined) return fail('type-error', `${foreign}.`, step.span)
      const stale = arrived ? undefined : this.#stale(object, step, value)
      if (stale) throw Failed.of(placed(queryError(stale), step.span))
      return { kind: 'value', value: this.#adopted(object, step, value) }
    }
    const model = this.schema.baseOf(object)
    const field = model && this.#fieldOf(model, step)
    if (field?.kind === 'relation') return this.#relation(object, model!.name, field, step, arrived !== undefined)
    const unloaded = unloadedRelation(object)
    if (unloaded) return this.#leave(object, step, 'scalar') ?? failUnloaded(unloaded, step.span)
    if (object instanceof ContextObject)
      throw Failed.of(placed(queryError(missingContext(`${ContextObject.placeOf(object)}.${step.name}`)), step.span))
    return fail('missing-attribute', `"${step.name}" is undefined.`, step.span)
  }

  /**
   * Reads an unloaded relation. A to-one relation is read by its foreign key; any other is left to
   * the database, or fails.
   */
  #relation(object: object, model: string, field: RelationField, step: Step, wasAsked: boolean): Operand {
    const row = referencedRow(object, model, field)
    if (this.missing && row !== null && !wasAsked) {
      // Without a key, or with a key of other columns, rows are compared as objects: only the
      // loaded row decides.
      const isKnown = row !== undefined && this.schema.key(field.model)?.every((name) => field.to.includes(name))
      this.missing.want({ object, name: step.name, relation: field, model }, isKnown)
    }
    // The row may be gone: the database knows whether it exists.
    const left = row === undefined || doubtfulReference(row) ? this.#leave(object, step, 'relation') : undefined
    if (left) return left
    return row === undefined ? failUnloaded({ model, relation: step.name }, step.span) : { kind: 'value', value: row }
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

/** Returns the result of a method of a value; the cost is charged to the account. */
export function called(
  receiver: unknown,
  { method, span }: Extract<Operand, { kind: 'call' }>,
  args: readonly unknown[],
  account: Account,
  regExp: RegExpEngine | undefined,
): unknown {
  const target = methodOf(receiver, method, args)
  if (target === undefined) return fail('not-a-function', `"${method}" is no method of this value.`, span)
  try {
    const value = callMethod(target, receiver, method, args, account, regExp)
    return settled(value, `The result of "${method}"`, span)
  } catch (error) {
    throw error instanceof HostError ? Failed.of(placed(queryError(error), span)) : error
  }
}

/** Returns whether an object is an instance of a class, but not of the model that the schema declares for it. */
function isOfOtherClass(schema: Schema, model: string, value: object | null): boolean {
  const declared = schema.models.get(model)
  if (value === null || !declared?.class || hasCustomInstanceCheck(declared)) return false
  return !(value instanceof declared.class || isPlain(value) || isThenable(value) || unloadedRelation(value))
}
