import { ArgumentError } from '../errors.js'
import { didYouMean } from '../language/didYouMean.js'
import type { Model } from '../schema/model.js'
import type { Schema } from '../schema/schema.js'

/** @throws ArgumentError for an undefined actor: nobody is null, and a session that was not loaded is nobody's. */
export function assertActor(actor: unknown): void {
  if (actor !== undefined) return
  throw new ArgumentError('undefined-actor', 'The actor is undefined.', {
    hint: 'nobody is null; an undefined actor is most likely a session that was not loaded',
  })
}

/** @throws ArgumentError for an undefined resource. */
export function assertResource(resource: unknown): void {
  if (resource !== undefined) return
  throw new ArgumentError('undefined-resource', 'The resource is undefined.', {
    hint: 'decide what a missing record means before asking: usually 404',
  })
}

/** @throws ArgumentError for an action that is no text. */
export function assertAction(action: unknown): void {
  if (typeof action !== 'string') {
    throw new ArgumentError('invalid-argument', 'An action is a text.', { data: { action } })
  }
}

/**
 * A policy speaks of classes: an object of none would be refused everywhere, most likely by mistake.
 * @throws ArgumentError for an object of a class that is not registered, or a plain object that nothing says the model of.
 */
export function assertKnown(schema: Schema, value: unknown, what: 'actor' | 'resource'): void {
  if (typeof value !== 'object' || value === null || schema.modelOf(value)) return
  for (const model of schema.models.values()) {
    if (model.isaCheck?.(value) || (model.class && value instanceof model.class)) return
  }
  const name = value.constructor === Object || !value.constructor ? undefined : value.constructor.name
  throw new ArgumentError(
    'unknown-row',
    name
      ? `The class ${name} of the ${what} is not registered.`
      : `The ${what} is a plain object, and nothing says which model it is of.`,
    {
      hint: name
        ? `authorizer.registerClass(${name})`
        : `authorizer.as('Model', ${what}); rows of an extended Prisma client are known by themselves`,
      data: { value },
    },
  )
}

/** The model of a name. @throws ArgumentError for a name that nobody registered. */
export function modelNamed(schema: Schema, name: string): Model {
  const model = schema.models.get(name)
  if (model) return model
  const near = typeof name === 'string' ? didYouMean(name, schema.models.keys()) : undefined
  throw new ArgumentError('unknown-model', `No model is registered as "${String(name)}".`, {
    hint: near ? `did you mean "${near}"?` : 'registerClass or registerModels makes it known',
    data: { name },
  })
}
