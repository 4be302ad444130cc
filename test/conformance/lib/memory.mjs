// Runs one filtering case in memory: an `Authorizer`, the fixture's classes, and rows whose relations are loaded.
import { makeFixture } from '../fixtures.mjs'
import { answered } from './answered.mjs'
import { withConsole } from './console.mjs'
import { constantsOf, modelAsked } from './questions.mjs'
import { decode } from './values.mjs'

/**
 * Gives what the filter selects (`filter`), the ids for which the check is true (`checks`), and of the checks of registered
 * classes how many there were (`known`) and how many the predicate answered (`byPredicate`).
 * @param core - A module with the exports of `@arcturus/core`.
 */
export function runInMemory(one, core) {
  return withConsole(async () => {
    // By predicates from the first check on, as applications ask when they have started.
    const authorizer = new core.Authorizer({ evaluator: 'source' })
    const { actor, action, model, rows } = prepare(one, core, authorizer)
    const loaded = await answered(core, async () => {
      await authorizer.load(one.policy)
      return []
    })
    if (!loaded.ids) return { filter: loaded, checks: loaded, known: 0, byPredicate: 0 }
    const filter = await answered(core, () => {
      const selected = authorizer.filter(actor, action, model)
      return rows.filter((row) => selected.matches(row))
    })
    return { filter, ...(await check(core, authorizer, actor, action, rows)) }
  })
}

/**
 * Gives the answer of the check of each row: true, false, or the code of its error; one code if the policy does not load.
 * @param core - A module with the errors and `Dict` of `@arcturus/core`.
 * @param authorizer - A new one.
 */
export function checksInMemory(one, core, authorizer) {
  return withConsole(async () => {
    const { actor, action, rows } = prepare(one, core, authorizer)
    const coded = (ask) => {
      try {
        return ask()
      } catch (error) {
        return error instanceof core.ArcturusError ? error.code : `thrown: ${error}`
      }
    }
    const loaded = coded(() => authorizer.loadSync(one.policy) && 'loaded')
    return loaded === 'loaded' ? rows.map((row) => coded(() => authorizer.can(actor, action, row))) : [loaded]
  })
}

/** Registers the fixture of a case. Gives what is asked, and the rows. */
function prepare(one, core, authorizer) {
  const fixture = makeFixture(one.fixture)
  loadRelations(fixture)
  for (const { name, cls, fields } of fixture.classes)
    authorizer.registerClass(cls, { name, key: 'id', fields: declarations(fields) })
  const context = { fixture, engine: core, Dict: core.Dict }
  for (const [name, value] of constantsOf(one, context)) authorizer.registerConstant(value, name)
  const model = modelAsked(one)
  const { cls } = fixture.classes.find(({ name }) => name === model) ?? {}
  const rows = cls
    ? Object.values(fixture.tables)
        .flat()
        .filter((row) => row instanceof cls)
    : []
  return { actor: decode(one.actor, context), action: decode(one.action, context), model, rows }
}

/** A check that fails allows nothing; one whose arguments are refused is no check. */
async function check(core, authorizer, actor, action, rows) {
  let known = 0
  let byPredicate = 0
  const isKnown = (value) => value === null || authorizer.modelOf(value) !== undefined
  const allowed = (row) => {
    const before = authorizer.statistics.predicate
    try {
      return authorizer.can(actor, action, row)
    } catch (error) {
      if (error instanceof core.ArcturusError && !(error instanceof core.ArgumentError)) return false
      throw error
    } finally {
      if (isKnown(actor) && isKnown(row)) {
        known++
        byPredicate += authorizer.statistics.predicate - before
      }
    }
  }
  const checks = await answered(core, () => rows.filter(allowed))
  return checks.ids ? { checks, known, byPredicate } : { checks, known: 0, byPredicate: 0 }
}

/** Related rows are read from the tables, as getters of the classes. */
function loadRelations({ classes, tables }) {
  for (const { cls, fields } of classes) {
    for (const [name, field] of Object.entries(fields)) {
      if (typeof field === 'string') continue
      const { relation, type, my, other } = field
      Object.defineProperty(cls.prototype, name, {
        get() {
          const related = tables[type].filter((row) => row[other] === this[my])
          return relation === 'many' ? related : (related[0] ?? null)
        },
      })
    }
  }
}

const types = { Integer: 'integer', Float: 'float', String: 'string', Boolean: 'boolean', List: Array }

function declarations(fields) {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      typeof field === 'string' ? types[field] : { [field.relation]: field.type, from: field.my, to: field.other },
    ]),
  )
}
