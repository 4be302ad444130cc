import type { Class, Model } from './model.js'
import type { Models, Schema } from './schema.js'

/**
 * Returns whether nil is certainly not an instance of a class, as a class can define its own
 * instance check.
 */
export function excludesNil(cls: Class): boolean {
  return cls[Symbol.hasInstance] === Function.prototype[Symbol.hasInstance]
}

/**
 * Returns whether a class has its own instance check, so that other values can be instances too.
 */
export function hasCustomInstanceCheck({ isaCheck, class: cls }: Model): boolean {
  return isaCheck !== undefined || (cls !== undefined && !excludesNil(cls))
}

/**
 * Returns the class whose instances always are instances of the model; the model can have others.
 */
export function constructorOf(schema: Models, model: string): Class | undefined {
  const found = schema.models.get(model)
  return found?.isaCheck ? undefined : found?.class
}

/** Returns whether the classes are registered, and no value can be an instance of two of them. */
export function areSeparate(schema: Schema, names: readonly string[]): boolean {
  const prototypes: object[] = []
  for (const name of names) {
    const model = schema.models.get(name)
    if (!model?.class || hasCustomInstanceCheck(model)) return false
    // Sound: every class has one.
    const prototype = model.class.prototype as object
    if (prototypes.some((other) => isAbove(other, prototype) || isAbove(prototype, other))) return false
    prototypes.push(prototype)
  }
  return true
}

function isAbove(one: object, other: object): boolean {
  return one === other || Object.prototype.isPrototypeOf.call(one, other)
}

/** Returns the nearest registered class of an object whose own class is not registered. */
export function nearestModel<Found>(schema: { modelOfClass(cls: unknown): Found }, value: unknown): Found | undefined {
  for (let at = value; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at) as unknown) {
    const model = schema.modelOfClass(at.constructor)
    if (model) return model
  }
  return undefined
}

/** Returns whether instances of a class compute an attribute: it is a getter, which can throw. */
export function hasGetter(cls: Class | undefined, name: string): boolean {
  for (let at: unknown = cls?.prototype; at !== undefined && at !== null; at = Object.getPrototypeOf(at)) {
    const own = Object.getOwnPropertyDescriptor(at, name)
    if (own) return own.get !== undefined
  }
  return false
}
