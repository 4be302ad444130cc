import type { Class, Model } from './model.js'
import type { Models } from './schema.js'

/** Whether nil is no instance of a class, for certain: a class can have a say of its own in what its instances are. */
export function excludesNil(cls: Class): boolean {
  return cls[Symbol.hasInstance] === Function.prototype[Symbol.hasInstance]
}

/** Whether a class has a say of its own in what its instances are: values can be some that no class of theirs tells. */
export function hasCustomInstanceCheck({ isaCheck, class: cls }: Model): boolean {
  return isaCheck !== undefined || (cls !== undefined && !excludesNil(cls))
}

/** The class whose own instances are instances of the model, whatever else is. */
export function constructorOf(schema: Models, model: string): Class | undefined {
  const found = schema.models.get(model)
  return found?.isaCheck ? undefined : found?.class
}
