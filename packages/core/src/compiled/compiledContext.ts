import { contextOf, type Declared } from '../authorizer/contextValues.js'
import type { PolicyTypes } from '../register.js'
import { ContextReader, type ContextValues, modelOfContext, noContext, type Running } from '../schema/context.js'
import type { Field } from '../schema/model.js'
import type { Models } from '../schema/schema.js'
import type { CompiledContext, CompiledView } from './module.js'

/**
 * For the modules that `compilePolicy` writes: declares the context of a policy.
 * @param parts - The types of its objects, by place.
 */
export function makeContext(
  fields: readonly Field[],
  parts: readonly (readonly [place: string, fields: readonly Field[]])[],
): (models: Omit<Models, 'constant'>) => CompiledContext {
  const types = new Map(parts.map(([place, its]) => [place, modelOfContext(named(its), place)]))
  return (models) => {
    const declared: Declared = {
      context: modelOfContext(named(fields)),
      typeNamed: (name) => types.get(name),
      // Nothing else runs in its context.
      mark: '',
      models: models.models,
      adopt: (value, model) => models.adopt(value, model),
      baseOf: (value) => models.baseOf(value),
      isSubclass: (name, ancestor) => models.isSubclass(name, ancestor),
    }
    const running: Running = { current: { context: noContext } }
    const viewOf = <P extends PolicyTypes, Context extends object>(
      authorizer: Omit<CompiledView<P, Context>, 'with'>,
      given: object,
      base?: ContextValues,
    ): CompiledView<P, Context> => {
      const context = contextOf(declared, given, base)
      const run = <Result>(check: () => Result): Result => {
        const before = running.current
        running.current = { context }
        try {
          return check()
        } finally {
          running.current = before
        }
      }
      return {
        can: (...asked) => run(() => authorizer.can(...asked)),
        canMany: (...asked) => run(() => authorizer.canMany(...asked)),
        authorizedRows: (...asked) => run(() => authorizer.authorizedRows(...asked)),
        with: (more) => viewOf(authorizer, more, context),
      }
    }
    return {
      reader(name) {
        const at = fields.findIndex((field) => field.name === name)
        return at === -1 ? undefined : new ContextReader(declared, at, running)
      },
      view: (authorizer, given) => viewOf(authorizer, given),
    }
  }
}

function named(fields: readonly Field[]): ReadonlyMap<string, Field> {
  return new Map(fields.map((field) => [field.name, field]))
}
