import type { Class, Field, Model, RelationField, ScalarField } from './model.js'

/** What every schema knows: the built-in classes of Polar, by name. */
const builtInClasses: Readonly<Record<string, Class>> = { Boolean, Integer: Number, Float: Number, String, List: Array }

/**
 * The names that a policy can speak of: models (classes and tables) and constants. It grows while the application starts;
 * policies are checked against it when they are loaded.
 */
export class Schema {
  readonly #models = new Map<string, Model>()
  readonly #constants = new Map<string, unknown>([['nil', null]])
  readonly #names = new Map<Class, string>()
  readonly #ancestors = new Map<string, readonly string[]>()

  get models(): ReadonlyMap<string, Model> {
    return this.#models
  }
  get constants(): ReadonlyMap<string, unknown> {
    return this.#constants
  }
}
export type { Class, Field, Model, RelationField, ScalarField }
export { builtInClasses }
