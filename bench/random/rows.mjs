// Classes and rows for a specification. Types of fields:
//   { type: 'integer', below }, { type: 'string', of }, { type: 'boolean', share }, { type: 'date' },
//   { type: 'string', list: true, of, most }, { one: model }, { many: model, most, shared }
// `nullable` is the share of rows in which a field is nil. A list makes rows of its own, unless they are shared.
import { below, pick, sample } from '../workloads/random.mjs'

const day = 86_400_000
/** The time of the policies' clock. */
export const noon = new Date('2026-06-15T12:00:00Z')

/** A class whose constructor assigns each field by its name, as people write them; V8 then keeps the fields in the object. */
const classOf = (name, fields) =>
  new Function(
    `return class ${name} { constructor(fields) { ${fields.map((field) => `this.${field} = fields.${field}`).join('; ')} } }`,
  )()

/** @returns {{ classes: Record<string, new (fields: object) => object>, rows: Record<string, object[]> }} */
export function rowsOf(spec, random) {
  const models = Object.keys(spec.fields)
  const classes = Object.fromEntries(models.map((model) => [model, classOf(model, Object.keys(spec.fields[model]))]))
  const rows = Object.fromEntries(models.map((model) => [model, []]))
  const ones = []
  const lists = []

  function draw(type, model) {
    // Relations follow when all rows are there.
    if (type.one) return null
    if (type.many) return []
    if (type.nullable > 0 && random() < type.nullable) return null
    if (type.list) return sample(random, type.of, below(random, type.most + 1))
    switch (type.type) {
      case 'id':
        return rows[model].length
      case 'integer':
        return below(random, type.below)
      case 'boolean':
        return random() < type.share
      case 'string':
        return pick(random, type.of)
      case 'date':
        return new Date(noon.getTime() + Math.round((random() - 0.5) * 60) * day + below(random, day))
    }
  }

  function make(model) {
    const fields = Object.entries(spec.fields[model])
    const row = new classes[model](Object.fromEntries(fields.map(([name, type]) => [name, draw(type, model)])))
    rows[model].push(row)
    for (const [name, type] of fields) {
      if (type.many) lists.push([row[name], type])
      // A row of the same model is an earlier one, so that they are a tree.
      if (type.one) ones.push([row, name, type, type.one === model ? rows[model].length - 1 : undefined])
    }
    return row
  }

  for (const model of models) for (let n = 0; n < (spec.counts[model] ?? 0); n++) make(model)
  for (let at = 0; at < lists.length; at++) {
    const [list, { many, most, shared }] = lists[at]
    const count = below(random, most + 1)
    list.push(...(shared ? sample(random, rows[many], count) : Array.from({ length: count }, () => make(many))))
  }
  for (const [row, name, { one, nullable = 0 }, limit = rows[one].length] of ones) {
    if (limit > 0 && random() >= nullable) row[name] = rows[one][below(random, limit)]
  }
  return { classes, rows }
}

/** The fields as `registerClass` wants them declared. */
export function declarationsOf(spec, model) {
  return Object.fromEntries(
    Object.entries(spec.fields[model]).map(([name, type]) => {
      if (type.many) return [name, { many: type.many }]
      const nullable = type.nullable > 0
      if (type.one) return [name, { one: type.one, nullable }]
      return [name, { type: type.type === 'id' ? 'integer' : type.type, list: type.list === true, nullable }]
    }),
  )
}

/**
 * Draws of a user and a row, half of which have to do with each other: both reach the same row, through relations and lists.
 * Without them nearly every question would be denied.
 */
export function drawOf(spec, rows, random) {
  const models = Object.keys(spec.actions)
  const isRow = (value) => typeof value === 'object' && value !== null && value.constructor.name in spec.fields
  function reached(row, found = new Set()) {
    if (found.has(row)) return found
    found.add(row)
    if (found.size > 1 && row.constructor.name === spec.actor) return found
    for (const value of Object.values(row)) {
      for (const next of Array.isArray(value) ? value : [value]) if (isRow(next)) reached(next, found)
    }
    return found
  }
  const usersOf = new Map()
  for (const user of rows[spec.actor]) {
    for (const row of reached(user)) usersOf.set(row, [...(usersOf.get(row) ?? []), user])
  }
  return (model, action) => {
    const resource = pick(random, rows[model ?? pick(random, models)])
    const near = random() < 0.5 ? [...reached(resource)].filter((row) => usersOf.has(row)) : []
    const user = pick(random, near.length > 0 ? usersOf.get(pick(random, near)) : rows[spec.actor])
    return { user, action: action ?? pick(random, spec.actions[resource.constructor.name]), resource }
  }
}
