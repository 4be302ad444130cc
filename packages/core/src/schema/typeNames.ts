import type { ErrorDetails } from '../errors.js'

/** The built-in types whose instances are those of a JavaScript class; a dictionary needs the whole package. */
export const plainBuiltins: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['Boolean', Boolean],
  ['Integer', Number],
  ['Float', Number],
  ['String', String],
  ['List', Array],
])

/** Returns whether a name is that of a built-in union: the classes with a block of a kind. */
export const isUnion = (name: string): name is 'Actor' | 'Resource' => name === 'Actor' || name === 'Resource'

/** Returns whether every policy knows a type of this name. */
export const isBuiltInType = (name: string): boolean =>
  isUnion(name) || name === 'Dictionary' || plainBuiltins.has(name)

/**
 * Returns the name under which a schema has a model. The model `List` is `model List`, which no policy can write: in a
 * policy, `List` is the built-in type, whatever tables an application has.
 */
export const modelName = (name: string): string => (isBuiltInType(name) ? `model ${name}` : name)

/** Returns the application's name of a model of a schema: `List` for `model List`. */
export const givenName = (name: string): string => name.replace(/^model /, '')

/**
 * Returns the function that returns the name in policies of an ORM's model.
 * @param chosen - The names that the application gives, by the ORM's names.
 * @param models - The ORM's names of all models.
 * @param error - Returns the error of an invalid name.
 * @throws the error if a model is unknown, or if two models have one name
 */
export function renaming(
  chosen: Readonly<Record<string, string>>,
  models: readonly string[],
  error: (message: string, details: ErrorDetails) => Error,
): (model: string) => string {
  const given = new Map(Object.entries(chosen))
  const names = new Map(models.map((model) => [model, modelName(given.get(model) ?? model)]))
  for (const model of given.keys())
    if (!names.has(model))
      throw error(`\`names\` has an unknown model "${model}".`, { hint: `use one of: ${models.join(', ')}` })
  const twice = [...names.values()].find((name, at, all) => all.indexOf(name) !== at)
  if (twice !== undefined)
    throw error(`Two models have the name "${twice}".`, { hint: 'change `names`, so that each name is one model' })
  return (model) => names.get(model) ?? model
}
