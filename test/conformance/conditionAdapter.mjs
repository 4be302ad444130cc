// An in-memory data-filtering adapter that knows conditions: it answers from `filter.condition`, where `adapter.mjs` answers from the
// flat `relations` and `conditions` of oso.
import { matches } from '@arcturus/core/filters'
import { memoryAdapter } from './adapter.mjs'

export function conditionAdapter(fixture) {
  const { rowsOf } = memoryAdapter(fixture)

  return {
    buildQuery: (filter) => filter,
    executeQuery: async ({ model, condition, types }) => {
      const options = optionsOf(types)
      return rowsOf(model).filter((row) => matches(condition, row, options))
    },
    rowsOf,
  }

  function optionsOf(types) {
    /** The declaration of a field, by a class or by one that it extends. */
    const fieldOf = (model, name) => {
      for (let cls = types.get(model)?.cls; cls; cls = Object.getPrototypeOf(cls)) {
        const field = types.get(cls)?.fields.get(name)
        if (field) return field
      }
      return undefined
    }

    return {
      read(object, { name, model }) {
        const relation = fieldOf(model, name)
        if (relation?.kind === undefined) return object[name]
        const key = object[relation.myField]
        const rows = key === null ? [] : rowsOf(relation.otherType).filter((row) => row[relation.otherField] === key)
        return relation.kind === 'many' ? rows : (rows[0] ?? null)
      },
      isInstance(value, model, exact) {
        const { cls, isaCheck } = types.get(model)
        return isaCheck(value) && (!exact || value.constructor === cls)
      },
    }
  }
}
