import type { SchemaDescription } from '@arcturus/language-service'
import type { Source } from './state.js'
import { assertWorld, type Cell, type Row, type World, WorldError } from './world.js'

type Described = SchemaDescription['models'][number]
type Field = Described['fields'][number]
type Relation = Extract<Field, { kind: 'relation' }>
type Model = Pick<Described, 'name' | 'key' | 'fields'>

/** An application as `arcturus playground` sends it. Its rows have the columns that are described. */
export interface Application {
  readonly title: string
  readonly models: readonly Model[]
  readonly policy: string
  /** A relation without columns has the keys of its rows. */
  readonly rows: readonly (readonly [model: string, row: Row])[]
  readonly context?: SchemaDescription['context']
  /** The context of the command. */
  readonly values?: Readonly<Record<string, Cell>>
}

const types: Readonly<Record<string, string>> = {
  boolean: 'Boolean',
  integer: 'Int',
  bigint: 'BigInt',
  float: 'Float',
  decimal: 'Decimal',
  date: 'DateTime',
  json: 'Json',
  bytes: 'Bytes',
}

/** Reads what `arcturus playground` opened: its application, or a world. */
export async function openedWorld(): Promise<{ readonly world: World; readonly source: Source }> {
  const response = await fetch('application.json')
  if (!response.ok) throw new WorldError('There is no application here: open one with `arcturus playground`.')
  const opened: object = await response.json()
  // Sound: the command sends an application or a world.
  return 'models' in opened
    ? { world: assertWorld(worldOfApplication(opened as Application)), source: 'application' }
    : { world: assertWorld(opened), source: 'link' }
}

/** Returns the world of an application: its models are a Prisma schema. */
export function worldOfApplication({ title, models, policy, rows, context, values }: Application): World {
  const whole = models.map((model) => ({
    ...model,
    fields: model.fields.flatMap((field) => withColumn(field, models)),
  }))
  const [names, ...parts] = context ?? []
  return {
    title,
    schema: whole.map((model) => printed(model, whole)).join('\n\n'),
    policy,
    rows: withoutDangling(whole, rows),
    ...(names && names.fields.length > 0 && { context: declared(names.fields, parts) }),
    ...(values && { contexts: { 'of the command': values } }),
  }
}

/** A reference whose column no row shows gets a column, which has the name of the relation in the rows. */
function withColumn(field: Field, models: readonly Model[]): readonly Field[] {
  if (field.kind !== 'relation' || field.many || field.from.length > 0 || typeof field.inverse === 'string')
    return [field]
  const other = models.find(({ name }) => name === field.model)!
  const key = other.fields.find(({ name }) => name === other.key![0])!
  if (other.key!.length > 1 || key.kind === 'relation') return []
  const column = columnOf(field.name)
  return [
    { ...key, name: column, nullable: true },
    { ...field, from: [column], to: [key.name] },
  ]
}

const columnOf = (relation: string) => `${relation}Key`

function printed({ name, key, fields }: Model, models: readonly Model[]): string {
  const enums: string[] = []
  const lines = fields.flatMap((field) => {
    const many = field.kind === 'relation' ? field.many : field.list
    const rest = many ? '[]' : key!.includes(field.name) || field.nullable === false ? '' : '?'
    if (field.kind === 'relation') {
      const link = linkOf(name, field, models)
      const own = isReference(field) ? `, fields: [${field.from.join(', ')}], references: [${field.to.join(', ')}]` : ''
      return [`${field.name} ${field.model}${rest} @relation("${link}"${own})`]
    }
    const values = field.type === 'enum' ? (field.values ?? []) : []
    const isEnum = values.length > 0 && values.every((value) => /^[A-Za-z]\w*$/.test(String(value)))
    if (isEnum) enums.push(`enum ${name}_${field.name} {\n  ${values.join('\n  ')}\n}\n\n`)
    return [`${field.name} ${isEnum ? `${name}_${field.name}` : (types[field.type] ?? 'String')}${rest}`]
  })
  return `${enums.join('')}model ${name} {\n  ${[...lines, `@@id([${key!.join(', ')}])`].join('\n  ')}\n}`
}

/** Whether the row of a relation has its columns. */
function isReference({ many, from, heldIn, inverse }: Relation): boolean {
  return !many && from.length > 0 && typeof inverse !== 'string' && heldIn?.length !== 0
}

/** The name of a relation, the same at both ends. */
function linkOf(model: string, field: Relation, models: readonly Model[]): string {
  if (isReference(field)) return `${model}_${field.name}`
  const ends = models.find(({ name }) => name === field.model)!.fields.filter((one) => one.kind === 'relation')
  const held = ends.find((one) =>
    typeof field.inverse === 'string'
      ? one.name === field.inverse
      : isReference(one) && one.model === model && String([one.from, one.to]) === String([field.to, field.from]),
  )
  return held ? `${field.model}_${held.name}` : [model, field.model].sort().join('To')
}

/** Groups rows by their models, without those that refer to rows outside the world, and gives references their columns. */
function withoutDangling(models: readonly Model[], rows: Application['rows']): World['rows'] {
  let kept: World['rows'] = Object.fromEntries(
    models.map(({ name, fields }) => [
      name,
      rows.flatMap(([model, row]) =>
        model !== name
          ? []
          : [
              Object.fromEntries(
                fields.flatMap((field): (readonly [string, Cell])[] => {
                  if (field.kind !== 'relation') return field.name in row ? [[field.name, row[field.name] ?? null]] : []
                  const keys = (row[field.name] ?? []) as Cell & readonly unknown[]
                  if (field.from[0] === columnOf(field.name)) return [[field.from[0], (keys[0] ?? null) as Cell]]
                  return field.many && field.from.length === 0 && typeof field.inverse !== 'string'
                    ? [[field.name, keys]]
                    : []
                }),
              ),
            ],
      ),
    ]),
  )
  for (let before = -1; before !== count(kept); ) {
    before = count(kept)
    const now = kept
    kept = Object.fromEntries(
      models.map(({ name, fields }) => {
        const references = fields.filter((field): field is Relation => field.kind === 'relation' && isReference(field))
        return [
          name,
          now[name]!.filter((row) =>
            references.every(
              ({ model, from, to }) =>
                from.some((column) => row[column] == null) ||
                now[model]!.some((other) => from.every((column, at) => row[column] === other[to[at]!])),
            ),
          ),
        ]
      }),
    )
  }
  return kept
}

const count = (rows: World['rows']) => Object.values(rows).reduce((sum, { length }) => sum + length, 0)

type Fields = NonNullable<Application['context']>[number]['fields']

/** The declarations of a context, as for `registerContext`. A row is none that JSON has. */
function declared(fields: Fields, parts: NonNullable<Application['context']>): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const field of fields) {
    const { name, nullable } = field
    const part = field.kind === 'relation' ? parts.find((one) => one.name === field.model) : undefined
    const list = field.kind === 'relation' ? field.many : field.list
    const rest = { ...(nullable && { nullable }), ...(list && { list }) }
    if (field.kind === 'scalar') found[name] = { type: field.type, ...rest }
    else if (part) found[name] = { fields: declared(part.fields, parts), ...rest }
  }
  return found
}
