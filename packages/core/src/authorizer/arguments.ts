import { ArgumentError, invalidArgument } from '../errors.js'
import { didYouMean } from '../language/didYouMean.js'
import type { Model } from '../schema/model.js'
import type { Schema } from '../schema/schema.js'
import { modelName } from '../schema/typeNames.js'

/**
 * @throws ArgumentError for an undefined actor. An anonymous actor is null; undefined usually means
 * a session that was not loaded.
 */
export function assertActor(actor: unknown): void {
  if (actor !== undefined) return
  throw new ArgumentError('undefined-actor', 'The actor is undefined.', {
    hint: 'pass null for an anonymous user; an undefined actor usually means that the session was not loaded',
  })
}

/** @throws ArgumentError for an undefined resource. */
export function assertResource(resource: unknown): void {
  if (resource !== undefined) return
  throw new ArgumentError('undefined-resource', 'The resource is undefined.', {
    hint: 'handle a missing record before the check; usually it is a 404',
  })
}

/** @throws ArgumentError for an action that is not a string. */
export function assertAction(action: unknown): void {
  if (typeof action !== 'string') {
    throw invalidArgument('An action must be a string.', { data: { action } })
  }
}

/**
 * Returns an option that is a list of names, as a set.
 * @throws ArgumentError if it is not a list of strings.
 */
export function namesOf(names: readonly string[] | undefined, option: string): ReadonlySet<string> {
  if (names === undefined) return new Set()
  if (Array.isArray(names) && names.every((one) => typeof one === 'string')) return new Set(names)
  throw invalidArgument(`\`${option}\` must be a list of strings.`, { data: { value: names } })
}

/** @throws ArgumentError for a field name that is not a string. */
export function assertField(field: unknown): void {
  if (typeof field === 'string') return
  throw invalidArgument('The name of a field must be a string.', { data: { field } })
}

/**
 * Asserts that a value is not a promise; a query of an ORM counts as one.
 * @throws ArgumentError for a promise: its value is not available yet, so nothing can be decided
 * about it.
 */
export function assertArrived(value: unknown, what: string): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return
  if (typeof (value as { readonly then?: unknown }).then !== 'function') return
  throw invalidArgument(`The ${what} must not be a promise.`, {
    hint: 'await it first; otherwise the check would be about the promise',
  })
}

/**
 * @throws ArgumentError for a value that is not a single row: nil, a scalar, a list, a promise or a
 * function.
 */
export function assertRow(value: unknown, taker: string): asserts value is object {
  assertArrived(value, `row of ${taker}`)
  if (typeof value !== 'object' || value === null) {
    throw invalidArgument(`${taker} needs an object.`, { data: { value } })
  }
  if (Array.isArray(value)) {
    throw invalidArgument(`${taker} needs one row, not a list.`, { hint: 'call it once for each row of the list' })
  }
}

/**
 * Asserts that an object can be marked as a row of a model.
 * @throws ArgumentError for a value that is not a single row, and for an instance of another
 * registered class.
 */
export function assertRowOf(model: Model, row: unknown, schema: Schema): void {
  assertRow(row, `as('${model.name}', row)`)
  const own = schema.modelOfClass(row.constructor)
  if (!own || own.class === model.class) return
  throw invalidArgument(`The row is an instance of ${own.name}, not of ${model.name}.`, {
    hint: 'pass the row itself: `as` is for plain objects',
  })
}

/**
 * Asserts that the model of a value is known. Rules match classes, so an object without a model
 * would be denied everywhere, most likely by mistake. A registered class can be a resource itself,
 * for a row that does not exist yet.
 * @throws ArgumentError for an object of an unregistered class, a plain object of unknown model, a
 * promise, or a function.
 */
export function assertKnown(schema: Schema, value: unknown, what: 'actor' | 'resource'): void {
  if (typeof value === 'function') assertKnownFunction(schema, value, what)
  if (typeof value !== 'object' || value === null || schema.modelOf(value)) return
  assertArrived(value, what)
  for (const model of schema.models.values()) {
    if (model.isaCheck?.(value) || (model.class && value instanceof model.class)) return
  }
  const name = value.constructor === Object || !value.constructor ? undefined : value.constructor.name
  throw new ArgumentError(
    'unknown-row',
    name ? `The class ${name} of the ${what} is not registered.` : `The ${what} is a plain object of unknown model.`,
    {
      hint: name
        ? `register it: authorizer.registerClass(${name})`
        : `name its model: authorizer.as('Model', ${what}); with an ORM, read it by \`rows\`: const { rows } = prismaAuthorization(authorizer, client), or typeOrmAuthorization(…)`,
      data: { value },
    },
  )
}

function assertKnownFunction(schema: Schema, value: object, what: 'actor' | 'resource'): void {
  assertArrived(value, what)
  if (what === 'resource' && schema.modelOfClass(value)) return
  const name = 'name' in value && value.name ? ` ${String(value.name)}` : ''
  throw new ArgumentError(
    'unknown-row',
    `The ${what} must be an object, not a function${name && ` (${name.trim()})`}.`,
    {
      hint: `call it, and pass the object that it returns`,
    },
  )
}

/**
 * Returns the model of a name.
 * @throws ArgumentError for a name that is not registered.
 */
export function modelNamed(schema: Schema, name: string): Model {
  const model = schema.models.get(modelName(name))
  if (model) return model
  if (typeof name !== 'string')
    throw new ArgumentError('unknown-model', 'The name of a model must be a string.', {
      hint: "pass a registered name, such as 'Document'",
    })
  const near = didYouMean(name, schema.models.keys())
  throw new ArgumentError('unknown-model', `No model is registered as "${name}".`, {
    hint: near ? `did you mean "${near}"?` : 'register it with registerClass or registerModels',
    data: { name },
  })
}
