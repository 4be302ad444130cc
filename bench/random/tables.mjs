// The models of a specification as tables of PostgreSQL, with rows, and as TypeORM's entities. A reference is a column of its own
// with an index (`project` is `projectId`); rows of a list refer to their owner (`memberOf…`), and shared rows have a join table.

const sqlTypes = { id: 'integer', integer: 'integer', boolean: 'boolean', string: 'text', date: 'timestamptz' }
const quoted = (name) => `"${name}"`

/** The columns of a model beside its key: { name, type, nullable, to, field }. `owners` are lists that it is a row of. */
export function columnsOf(spec, model) {
  const own = Object.entries(spec.fields[model]).flatMap(([name, type]) => {
    if (name === 'id' || type.many) return []
    // TypeORM refuses circles of references that are never nil; those of the actor are known to a list.
    if (type.one)
      return [
        { name: `${name}Id`, field: name, to: type.one, nullable: type.nullable > 0 || model === spec.actor, type },
      ]
    return [{ name, field: name, nullable: type.nullable > 0, type }]
  })
  return [...own, ...ownersOf(spec, model)]
}

function ownersOf(spec, model) {
  return Object.entries(spec.fields).flatMap(([owner, fields]) =>
    Object.entries(fields).flatMap(([field, type]) =>
      type.many === model && !type.shared ? [{ name: ownerColumn(owner, field), owner, to: owner, list: field }] : [],
    ),
  )
}

export const ownerColumn = (owner, list) => `${list}Of${owner}Id`
/** The join table of a shared list, as Prisma has them: its columns are in the order of the models' names. */
export function joinTable(owner, list, item) {
  const [ownerId, itemId] = owner < item ? ['A', 'B'] : ['B', 'A']
  return { name: `_${owner}_${list}`, ownerId, itemId }
}

const sharedLists = (spec) =>
  Object.entries(spec.fields).flatMap(([owner, fields]) =>
    Object.entries(fields).flatMap(([list, type]) => (type.shared ? [{ owner, list, ...type }] : [])),
  )

/** The number of rows of each model, by that of the resource's model. */
export function countsOf(spec, asked, rows) {
  const counts = { User: Math.max(200, Math.round(rows / 10)) }
  const chain = [asked]
  while (true) {
    const up = Object.values(spec.relations[chain[0]] ?? {})[0]
    if (!up || chain.includes(up.to)) break
    chain.unshift(up.to)
  }
  for (const [index, model] of chain.entries())
    counts[model] = Math.max(20, Math.round(rows / 10 ** (chain.length - 1 - index)))
  for (const model of Object.keys(spec.fields)) {
    const [owner] = ownersOf(spec, model)
    if (!owner) counts[model] ??= 1_000
  }
  for (const model of Object.keys(spec.fields)) {
    const [owner] = ownersOf(spec, model)
    if (owner) counts[model] ??= Math.round(counts[owner.to] * (owner.to === 'User' ? 1.5 : 0.5))
  }
  return counts
}

function drawn(model, { name, to, type, owner }, counts) {
  // Rows of a list are spread over their owners at random.
  if (owner) return `1 + floor(random() * ${counts[to]})::int`
  const value = () => {
    if (to === model) return 'CASE WHEN id = 1 THEN NULL ELSE 1 + floor(random() * (id - 1))::int END'
    if (to) return `1 + floor(random() * ${counts[to]})::int`
    if (type.list)
      return `(ARRAY[${type.of.map((one) => `'${one}'`).join(', ')}])[1 : floor(random() * ${type.most + 1})::int]`
    switch (type.type) {
      case 'integer':
        return `floor(random() * ${type.below})::int`
      case 'boolean':
        return `random() < ${type.share}`
      case 'string':
        return `(ARRAY[${type.of.map((one) => `'${one}'`).join(', ')}])[1 + floor(random() * ${type.of.length})::int]`
      case 'date':
        return `timestamptz '2026-06-15 12:00:00Z' + (random() - 0.5) * 60 * interval '1 day'`
    }
    throw new Error(`No values for ${model}.${name}.`)
  }
  return type.nullable > 0 ? `CASE WHEN random() < ${type.nullable} THEN NULL ELSE ${value()} END` : value()
}

/** Creates the tables and fills them. */
export function sqlOfTables(spec, counts, seed) {
  const statements = [`SELECT setseed(${(seed % 1000) / 1000})`]
  for (const model of Object.keys(spec.fields)) {
    const columns = columnsOf(spec, model)
    const declared = columns.map(({ name, to, type, nullable }) => {
      const sql = to ? 'integer' : `${sqlTypes[type.type]}${type.list ? '[]' : ''}`
      return `${quoted(name)} ${sql}${nullable ? '' : ' NOT NULL'}`
    })
    statements.push(`CREATE TABLE ${quoted(model)} (${['"id" integer PRIMARY KEY', ...declared].join(', ')})`)
    const values = columns.map((column) => drawn(model, column, counts))
    statements.push(
      `INSERT INTO ${quoted(model)} SELECT ${['id', ...values].join(', ')} FROM generate_series(1, ${counts[model]}) AS id`,
    )
    for (const { name, to } of columns) if (to) statements.push(`CREATE INDEX ON ${quoted(model)} (${quoted(name)})`)
  }
  for (const { owner, list, many } of sharedLists(spec)) {
    const { name, ownerId, itemId } = joinTable(owner, list, many)
    const [table, drawnRows] = [quoted(name), Math.round(counts[owner] * (owner === 'User' ? 1.5 : 0.5))]
    statements.push(
      `CREATE TABLE ${table} ("A" integer NOT NULL, "B" integer NOT NULL, PRIMARY KEY ("A", "B"))`,
      `INSERT INTO ${table} ("${ownerId}", "${itemId}") SELECT 1 + floor(random() * ${counts[owner]})::int,
       1 + floor(random() * ${counts[many]})::int FROM generate_series(1, ${drawnRows}) ON CONFLICT DO NOTHING`,
      `CREATE INDEX ON ${table} ("B")`,
    )
  }
  return [...statements, 'ANALYZE']
}

const typeOrmTypes = { ...sqlTypes, id: Number, integer: Number, boolean: 'boolean' }

/** The entities, as options of `EntitySchema`. */
export function entitiesOf(spec) {
  return Object.keys(spec.fields).map((model) => {
    const columns = { id: { type: Number, primary: true } }
    const relations = {}
    for (const { name, field, to, type, nullable = false, owner, list } of columnsOf(spec, model)) {
      columns[name] = { type: to ? Number : typeOrmTypes[type.type], nullable, ...(type?.list ? { array: true } : {}) }
      if (!to) continue
      const joinColumn = { name, referencedColumnName: 'id' }
      const relation = { type: 'many-to-one', target: to, joinColumn, nullable }
      relations[owner ? name.slice(0, -2) : field] = owner ? { ...relation, inverseSide: list } : relation
    }
    for (const [field, type] of Object.entries(spec.fields[model])) {
      if (type.shared) {
        const { name, ownerId, itemId } = joinTable(model, field, type.many)
        relations[field] = {
          type: 'many-to-many',
          target: type.many,
          joinTable: {
            name,
            joinColumn: { name: ownerId, referencedColumnName: 'id' },
            inverseJoinColumn: { name: itemId, referencedColumnName: 'id' },
          },
        }
      } else if (type.many)
        relations[field] = {
          type: 'one-to-many',
          target: type.many,
          inverseSide: ownerColumn(model, field).slice(0, -2),
        }
    }
    return { name: model, tableName: model, columns, relations }
  })
}

const prismaTypes = {
  id: 'Int',
  integer: 'Int',
  boolean: 'Boolean',
  string: 'String',
  date: 'DateTime',
}

/** The models of a Prisma schema. */
export function prismaSchemaOf(spec) {
  const lines = new Map(Object.keys(spec.fields).map((model) => [model, ['id Int @id']]))
  const add = (model, line) => lines.get(model).push(line)
  for (const model of lines.keys()) {
    for (const { name, field, to, type, nullable, owner, list } of columnsOf(spec, model)) {
      const mark = nullable ? '?' : ''
      if (!to) {
        const native = type.type === 'date' ? ' @db.Timestamptz' : ''
        add(model, `${name} ${prismaTypes[type.type]}${type.list ? '[]' : mark}${native}`)
        continue
      }
      const relation = owner ? `${owner}_${list}` : `${model}_${field}`
      add(model, `${name} Int${mark}`)
      add(
        model,
        `${owner ? name.slice(0, -2) : field} ${to}${mark} @relation("${relation}", fields: [${name}], references: [id])`,
      )
      if (!owner) add(to, `back_${relation} ${model}[] @relation("${relation}")`)
    }
    for (const [field, type] of Object.entries(spec.fields[model])) {
      if (!type.many) continue
      add(model, `${field} ${type.many}[] @relation("${model}_${field}")`)
      if (type.shared) add(type.many, `back_${model}_${field} ${model}[] @relation("${model}_${field}")`)
    }
  }
  return [...lines].map(([model, fields]) => `model ${model} {\n  ${fields.join('\n  ')}\n}\n`).join('')
}
