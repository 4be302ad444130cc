// Runs one filtering case: the rows that a filter selects, and those that pass the check one by one.
import { memoryAdapter } from '../adapter.mjs'
import { conditionAdapter } from '../conditionAdapter.mjs'
import { withConsole } from './console.mjs'
import { encodeError } from './errors.mjs'
import { newContext, registerFixture } from './setup.mjs'
import { decode } from './values.mjs'

const byId = (a, b) => (typeof a === 'number' ? a - b : a < b ? -1 : a > b ? 1 : 0)

/**
 * Gives `{ load }` where the policy can't be loaded; else `condition` and `flat`, what the adapters select that answer from
 * the condition and from oso's flat filter (each `{ ids }` or `{ error }`), and `truth`, the ids for which the check is true.
 */
export function runFilteringCase(one, engine) {
  return withConsole(async () => {
    const context = newContext(engine, one.fixture)
    const { oso, fixture } = context
    registerFixture(context)
    for (const [name, value] of Object.entries(one.constants ?? {})) oso.registerConstant(decode(value, context), name)
    const adapters = { condition: conditionAdapter(fixture), flat: memoryAdapter(fixture) }
    if (one.adapter !== false) oso.setDataFilteringAdapter(adapters.condition)
    try {
      await oso.loadStr(one.policy)
    } catch (error) {
      return { load: { error: encodeError(error, 'load') } }
    }
    const actor = decode(one.actor, context)
    const action = decode(one.action, context)
    const outcome = {}
    for (const [name, adapter] of Object.entries(adapters)) {
      if (one.adapter !== false) oso.setDataFilteringAdapter(adapter)
      try {
        const rows = await oso.authorizedResources(actor, action, decode(one.resource, context))
        outcome[name] = { ids: rows.map(({ id }) => id).sort(byId) }
      } catch (error) {
        outcome[name] = { error: encodeError(error, 'filter') }
      }
    }
    const model = typeof one.resource === 'string' ? one.resource : one.resource.$class
    outcome.truth = fixture.classes.some(({ name }) => name === model)
      ? await allowedIds(oso, actor, action, adapters.flat.rowsOf(model))
      : []
    return outcome
  })
}

async function allowedIds(oso, actor, action, rows) {
  const ids = []
  for (const row of rows) {
    try {
      if (await oso.isAllowed(actor, action, row)) ids.push(row.id)
    } catch {
      // a check that fails allows nothing
    }
  }
  return ids.sort(byId)
}
