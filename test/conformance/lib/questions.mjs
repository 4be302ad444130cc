// What a filtering case asks.
import { decode } from './values.mjs'

/** The name of the model whose rows are asked for. */
export const modelAsked = ({ resource }) => (typeof resource === 'string' ? resource : resource.$class)

/** The models of the rows of actor and constants. */
export const referredModels = ({ actor, constants = {} }) =>
  new Set([...JSON.stringify([actor, constants]).matchAll(/"\$ref":"(\w+):/g)].map(([, model]) => model))

/** The constants that are registered, by name. */
export const constantsOf = ({ constants = {} }, context) =>
  Object.entries(constants).map(([name, value]) => [name, decode(value, context)])
