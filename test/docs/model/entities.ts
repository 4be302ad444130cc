import type {
  PrismaColumn,
  PrismaModel,
  PrismaRelation,
  PrismaSchema,
} from '../../../packages/prisma/src/schema/schema.js'

const types: Readonly<Record<string, readonly [column: string, type: string]>> = {
  String: ['varchar', 'string'],
  Int: ['int', 'number'],
  Float: ['float', 'number'],
  Boolean: ['boolean', 'boolean'],
  DateTime: ['datetime', 'Date'],
}

/** Returns the tables of a Prisma schema as entities of TypeORM. */
export function entitiesOf({ models }: PrismaSchema): string {
  const used = new Set(['Entity'])
  const classes = models.map((model) => {
    const fields = model.fields.map((field) =>
      field.kind === 'relation' ? relation(model, field, models, used) : column(model, field, used),
    )
    return `@Entity()\nexport class ${model.name} {\n${fields.map((field) => `  ${field}\n`).join('')}}\n`
  })
  const isRelated = models.some(({ fields }) => fields.some(({ kind }) => kind === 'relation'))
  const names = [...[...used].sort(), ...(isRelated ? ['type Relation'] : [])]
  return `import { ${names.join(', ')} } from 'typeorm'\n\n${classes.join('\n')}`
}

function column({ key }: PrismaModel, { name, type, nullable, initial }: PrismaColumn, used: Set<string>): string {
  const [kind, of] = types[type] ?? ['varchar', 'string']
  const decorator = key.includes(name) ? 'PrimaryColumn' : 'Column'
  used.add(decorator)
  const options = [
    ...(nullable ? ['nullable: true'] : []),
    ...(typeof initial === 'object' ? [`default: ${JSON.stringify(initial.value).replaceAll('"', "'")}`] : []),
  ]
  const given = options.length > 0 ? `, { ${options.join(', ')} }` : ''
  return `@${decorator}('${kind}'${given}) ${name}!: ${of}${nullable ? ' | null' : ''}`
}

function relation(
  model: PrismaModel,
  { name, model: other, list, nullable, owner, from, to, relation }: PrismaRelation,
  models: readonly PrismaModel[],
  used: Set<string>,
): string {
  const inverse = models
    .find((one) => one.name === other)!
    .fields.find(
      (field) =>
        field.kind === 'relation' && field.relation === relation && !(other === model.name && field.name === name),
    )!
  const decorator = list ? 'OneToMany' : owner ? 'ManyToOne' : 'OneToOne'
  used.add(decorator)
  const variable = other[0]!.toLowerCase() + other.slice(1)
  const ends = `() => ${other}, (${variable}) => ${variable}.${inverse.name}`
  if (list) return `@${decorator}(${ends}) ${name}?: Relation<${other}>[]`
  if (!owner) return `@${decorator}(${ends}) ${name}?: Relation<${other}> | null`
  used.add('JoinColumn')
  const columns = from.map((one, at) =>
    to[at] === 'id' ? `{ name: '${one}' }` : `{ name: '${one}', referencedColumnName: '${to[at]}' }`,
  )
  const join = columns.length === 1 ? columns[0] : `[${columns.join(', ')}]`
  const options = nullable ? '' : ', { nullable: false }'
  return `@${decorator}(${ends}${options}) @JoinColumn(${join}) ${name}?: Relation<${other}>${nullable ? ' | null' : ''}`
}
