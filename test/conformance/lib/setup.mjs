import { makeFixture } from '../fixtures.mjs'

/** What a case runs in: a fresh fixture, and a fresh engine with the fixture's options. */
export function newContext(engine, fixtureName = 'none') {
  const fixture = makeFixture(fixtureName)
  const oso = new engine.Oso({ ...fixture.options })
  return { engine, fixture, oso, Dict: engine.Dict ?? oso.getHost().getType('Dictionary').cls }
}

/** Registers the classes of the fixture (or those that are named), then its constants. */
export function registerFixture({ engine, fixture, oso }, only) {
  const wanted = (name) => only === undefined || only.includes(name)
  for (const { name, cls, isaCheck, fields } of fixture.classes) {
    if (!wanted(name)) continue
    oso.registerClass(cls, {
      name,
      ...(isaCheck && { isaCheck }),
      ...(fields && { fields: fieldsOf(engine, fields) }),
    })
  }
  for (const [name, value] of Object.entries(fixture.constants)) if (wanted(name)) oso.registerConstant(value, name)
}

const base = { Integer: Number, Float: Number, String, Boolean, List: Array }

function fieldsOf({ Relation }, fields) {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      typeof field === 'string' ? base[field] : new Relation(field.relation, field.type, field.my, field.other),
    ]),
  )
}
