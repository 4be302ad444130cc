import type { Span } from '../language/source.js'
import { holdsPlain, isPlain, type Reading } from '../schema/adoption.js'
import { hasCustomInstanceCheck } from '../schema/classes.js'
import { ContextObject } from '../schema/context.js'
import type { Field, Model } from '../schema/model.js'
import { wholeValue } from '../schema/partial.js'
import { adoptRead, convert, foreignRead } from '../schema/plainRows.js'
import { referencedRow, type UnloadedRelation, unloadedRelation } from '../schema/reference.js'
import type { Schema } from '../schema/schema.js'
import { tagOf } from '../schema/tags.js'
import type { Equality } from './equality.js'
import { Fault, missingContext } from './fault.js'
import { allKinds } from './kinds.js'
import { assertFound, isLink, isLinked, staleRelation } from './links.js'
import { showObject } from './show.js'
import { isThenable } from './thenable.js'

/** Reads the attributes of the application's objects. */
export class Attributes implements Reading {
  valueClass: unknown = undefined
  /** The tag and the class of the latest tagged row, which determine its model: there can be thousands of one model. */
  #tagged: { readonly tag: string; readonly cls: unknown; readonly model: Model | undefined } | undefined
  /** The field of the latest lookup. */
  #last: { readonly model: Model; readonly name: string; readonly field: Field | undefined } | undefined

  /** @param equality - Compares parts of keys that are of no known kind. */
  constructor(
    private readonly schema: Schema,
    private readonly equality?: Equality | undefined,
  ) {}

  /**
   * Returns an attribute, which may be a promise; undefined if the object does not have it, or has only a part of it.
   * Plain objects of a relation become rows of its model.
   * @throws Fault `missing-attribute` for a value without attributes, `stale-relation`, `type-error` as `related`.
   */
  read(value: unknown, name: string): unknown {
    if (value === null || value === undefined) throw this.missing(value, name, 'test it against nil first')
    if (typeof value !== 'object' && typeof value !== 'function') throw this.missing(value, name)
    const own = wholeValue(value, name)
    if (own === undefined) return undefined
    if (typeof own === 'object') this.#assertLinked(value, name, own)
    return this.related(value, name, own)
  }

  /**
   * Returns a value that was read from a field; plain objects of a relation become rows of its
   * model.
   * @throws Fault `type-error` for a value in a plain object that the schema declares as another type.
   */
  related(holder: unknown, name: string, value: unknown): unknown {
    if (typeof value === 'object' && value !== null && holdsPlain(value, this))
      adoptRead(this.schema, holder, name, value)
    else if (typeof holder === 'object' && holder !== null) {
      const foreign = foreignRead(this.schema, holder, name, value)
      if (foreign !== undefined) throw new Fault('type-error', `${foreign}.`, { hint: convert, data: { value } })
    }
    return value
  }

  /**
   * Returns the value of a field whose promise has settled.
   * @throws Fault `missing-attribute` for undefined, `stale-relation` for another row than the columns refer to.
   */
  arrived(holder: unknown, name: string, value: unknown): unknown {
    if (value === undefined) throw this.missing(holder, name, 'resolve its promise to null, not to undefined')
    const [model, field] = this.fieldOf(holder, name)
    // If a loader finds no row, it is gone.
    if (isLink(field) && typeof value === 'object' && value !== null)
      assertFound(this.schema, model, field, holder as object, value)
    return this.related(holder, name, value)
  }

  /**
   * Returns the row that an unloaded relation of an object refers to.
   * @throws Fault `missing-attribute`, `missing-context`, `relation-not-loaded`.
   */
  absent(object: object, name: string): object | null {
    const [model, field] = this.fieldOf(object, name)
    if (field?.kind === 'relation') {
      const referenced = referencedRow(object, model, field)
      if (referenced !== undefined) return referenced
      throw notLoaded(object, { model, relation: name })
    }
    const unloaded = unloadedRelation(object)
    const select = field ? `load the column: add "${name}" to the \`select\` of the query` : undefined
    throw unloaded ? notLoaded(object, unloaded) : this.missing(object, name, select)
  }

  missing(value: unknown, name: string, hint?: string): Fault {
    if (value instanceof ContextObject) return missingContext(`${ContextObject.placeOf(value)}.${name}`)
    const summary = `${name} not found on ${showObject(this.schema, value)}.`
    return new Fault('missing-attribute', summary, { hint, data: { value, name } })
  }

  /** Returns the field of an object, with the name of its model; an empty name if it has none. */
  fieldOf(object: unknown, name: string): readonly [model: string, field: Field | undefined] {
    const model = this.#modelOf(object)
    if (model === undefined) return ['', undefined]
    if (this.#last?.model !== model || this.#last.name !== name)
      this.#last = { model, name, field: this.schema.field(model.name, name) }
    return [model.name, this.#last.field]
  }

  /**
   * Asserts that a relation to one row holds a row of the declared model.
   * @throws Fault `type-error`.
   */
  assertHeld(holder: object, name: string, value: unknown): void {
    if (typeof value !== 'object' || value === null) return
    const [, field] = this.fieldOf(holder, name)
    if (field?.kind !== 'relation' || field.many || !this.isOfOther(field.model, value)) return
    throw this.contradiction(field.model, value)
  }

  /** Returns the fault of a value of another model than the schema declares for it: a condition was derived for that. */
  contradiction(model: string, value: unknown): Fault {
    const summary = `${showObject(this.schema, value)} is no ${model}, which the schema declares for it.`
    return new Fault('type-error', summary, { data: { value } })
  }

  /** Returns whether an object is certainly not of the model that the schema declares for it. */
  isOfOther(model: string, value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false
    const its = tagOf(value)
    if (its === model) return false
    const declared = this.schema.models.get(model)
    if (!declared || value.constructor === declared.class || hasCustomInstanceCheck(declared)) return false
    if (unloadedRelation(value) || isThenable(value)) return false
    if (its !== undefined) return !this.schema.isSubclass(its, model)
    return declared.class !== undefined && !(value instanceof declared.class) && !isPlain(value)
  }

  /** @throws Fault `stale-relation` for a relation that holds another row than its foreign key refers to. */
  #assertLinked(holder: object, name: string, value: object | null): void {
    const [model, field] = this.fieldOf(holder, name)
    if (!isLink(field)) return
    const how = { schema: this.schema, kinds: allKinds, equality: this.equality }
    if (isLinked(how, field, holder, value) === false) throw staleRelation(model, field, holder, value)
  }

  #modelOf(object: unknown): Model | undefined {
    const its = tagOf(object)
    if (its === undefined) return this.schema.baseOf(object)
    // Sound: only objects have tags.
    const cls: unknown = (object as object).constructor
    if (this.#tagged?.tag !== its || this.#tagged.cls !== cls)
      this.#tagged = { tag: its, cls, model: this.schema.baseOf(object) }
    return this.#tagged.model
  }
}

/** Returns the error of a relation that is not loaded. */
export function notLoaded(value: unknown, { model, relation }: UnloadedRelation, span?: Span): Fault {
  return new Fault('relation-not-loaded', `The relation "${relation}" of ${model} is not loaded.`, {
    span,
    hint: `load it with the row (with Prisma: include: { ${relation}: true }); with an ORM, isAllowed and authorize load it`,
    data: { model, relation, value },
  })
}
