import { type Argument, type Attribute, type Block, type Line, parseSchema, type Value } from './parse.js'
import {
  initialOf,
  keyOf,
  linkRelations,
  mappedOf,
  type PrismaColumn,
  type PrismaEnum,
  type PrismaField,
  type PrismaInitial,
  type PrismaModel,
  type PrismaProvider,
  type PrismaRelation,
  type PrismaSchema,
  type PrismaUnique,
  referentialAction,
} from './schema.js'

/**
 * Reads the text of a Prisma schema.
 * @throws SyntaxError if the text is not a Prisma schema
 */
export function readSchema(text: string): PrismaSchema {
  const blocks = parseSchema(text)
  const enums = new Set(blocks.filter((block) => block.keyword === 'enum').map((block) => block.name))
  const tables = blocks.filter((block) => block.keyword === 'model' || block.keyword === 'view')
  const readable = new Set(tables.filter((block) => !blockAttribute(block, 'ignore')).map((block) => block.name))
  const models = tables
    .filter((block) => readable.has(block.name))
    .map((block) => readModel(block, (line) => readField(line, block.name, enums, readable)))
  return {
    ...readDatasource(blocks),
    enums: blocks.filter((block) => block.keyword === 'enum').map(readEnum),
    models: linkRelations(models),
  }
}

function readEnum(block: Block): PrismaEnum {
  const values = block.lines.flatMap((line): [string, string][] =>
    line.name === undefined ? [] : [[line.name, textOf(argument(attribute(line, 'map'), 'name')) ?? line.name]],
  )
  return { name: block.name, values: values.map(([name]) => name), mapped: mappedOf(values) }
}

const providers: readonly string[] = ['sqlite', 'postgresql', 'mysql', 'cockroachdb', 'sqlserver', 'mongodb']

/**
 * Resolves any of Prisma's names for a provider.
 * @throws SyntaxError for an unknown name
 */
function asProvider(name: string | undefined): PrismaProvider {
  const provider = name === 'postgres' ? 'postgresql' : name
  // Sound: the list has exactly the members of the type.
  if (provider !== undefined && providers.includes(provider)) return provider as PrismaProvider
  throw new SyntaxError(`Unknown provider ${JSON.stringify(name)} in the Prisma schema`)
}

function readDatasource(blocks: readonly Block[]): Pick<PrismaSchema, 'provider' | 'relationMode'> {
  const source = blocks.find((block) => block.keyword === 'datasource')
  const setting = (name: string) => textOf(source?.lines.find((line) => line.name === name)?.value)
  return {
    provider: asProvider(setting('provider')),
    relationMode: setting('relationMode') === 'prisma' ? 'prisma' : 'foreignKeys',
  }
}

function readModel(block: Block, readLine: (line: Line) => PrismaField | undefined): PrismaModel {
  const fields = block.lines.flatMap((line) => readLine(line) ?? [])
  const uniques: PrismaUnique[] = []
  for (const wanted of ['id', 'unique']) {
    for (const line of block.lines) {
      if (line.name !== undefined && attribute(line, wanted)) uniques.push({ fields: [line.name], argument: line.name })
      for (const found of line.name === undefined ? line.attributes : []) {
        if (found.name === wanted) uniques.push(readUnique(found))
      }
    }
  }
  return {
    name: block.name,
    table: textOf(argument(blockAttribute(block, 'map'), 'name')) ?? block.name,
    tableSchema: textOf(argument(blockAttribute(block, 'schema'), 'map')),
    view: block.keyword === 'view' || undefined,
    fields,
    key: keyOf(uniques, fields),
    uniques,
  }
}

function readUnique(found: Attribute): PrismaUnique {
  const fields = namesOf(argument(found, 'fields'))
  const name = textOf(found.args.find((one) => one.name === 'name')?.value)
  return { fields, argument: name ?? fields.join('_') }
}

function readField(
  line: Line,
  model: string,
  enums: ReadonlySet<string>,
  models: ReadonlySet<string>,
): PrismaField | undefined {
  // The client has no ignored fields and no fields of unsupported types.
  if (line.name === undefined || line.value?.kind !== 'name' || attribute(line, 'ignore')) return undefined
  const type = line.value.value
  const base = { name: line.name, list: line.list, nullable: line.optional }
  if (models.has(type)) return readRelation(line, base, model, type)
  if (!enums.has(type) && !scalars.has(type)) return undefined
  const native = line.attributes.find((one) => one.name.startsWith('db.'))
  const column: PrismaColumn = {
    kind: enums.has(type) ? 'enum' : 'scalar',
    ...base,
    type,
    column: textOf(argument(attribute(line, 'map'), 'name')) ?? line.name,
    native: native && { name: native.name.slice(3), args: native.args.flatMap((one) => plainOf(one.value) ?? []) },
    initial: readInitial(line, type, enums.has(type)),
  }
  return column
}

function readInitial(line: Line, type: string, isEnum: boolean): PrismaInitial | undefined {
  const value = argument(attribute(line, 'default'), 'value')
  if (value) return initialOf(type, isEnum, literalOf(value))
  return attribute(line, 'updatedAt') ? 'generated' : undefined
}

/** Returns the value of a literal; undefined for the call of a function. */
function literalOf(value: Value): unknown {
  switch (value.kind) {
    case 'list':
      return value.elements.map(literalOf)
    case 'call':
      return undefined
    case 'number':
      return Number(value.value)
    case 'name':
      return value.value === 'true' || value.value === 'false' ? value.value === 'true' : value.value
    default:
      return value.value
  }
}

const scalars: ReadonlySet<string> = new Set('String Boolean Int BigInt Float Decimal DateTime Json Bytes'.split(' '))

function readRelation(
  line: Line,
  base: Pick<PrismaRelation, 'name' | 'list' | 'nullable'>,
  model: string,
  other: string,
): PrismaRelation {
  const found = attribute(line, 'relation')
  const from = namesOf(found?.args.find((one) => one.name === 'fields')?.value)
  const onDelete = found?.args.find((one) => one.name === 'onDelete')?.value
  return {
    kind: 'relation',
    ...base,
    model: other,
    relation: textOf(argument(found, 'name')) ?? [model, other].sort().join('To'),
    owner: from.length > 0,
    from,
    to: namesOf(found?.args.find((one) => one.name === 'references')?.value),
    ...(from.length > 0 && {
      onDelete: referentialAction(onDelete?.kind === 'name' ? onDelete.value : undefined, !base.nullable),
    }),
  }
}

function attribute(line: Line, name: string): Attribute | undefined {
  return line.attributes.find((one) => one.name === name)
}

function blockAttribute(block: Block, name: string): Attribute | undefined {
  for (const line of block.lines) {
    if (line.name !== undefined) continue
    const found = attribute(line, name)
    if (found) return found
  }
  return undefined
}

/** Returns the value of an argument, which may also be the first one without a name. */
function argument(found: Attribute | undefined, name: string): Value | undefined {
  const first: Argument | undefined = found?.args[0]
  return found?.args.find((one) => one.name === name)?.value ?? (first?.name === undefined ? first?.value : undefined)
}

function textOf(value: Value | undefined): string | undefined {
  return value?.kind === 'text' ? value.value : undefined
}

function plainOf(value: Value): string | undefined {
  return value.kind === 'list' || value.kind === 'call' ? undefined : value.value
}

/** Returns the names in `[a, b(sort: Desc)]`. */
function namesOf(value: Value | undefined): string[] {
  const elements = value?.kind === 'list' ? value.elements : []
  return elements.flatMap((one) => (one.kind === 'name' ? one.value : one.kind === 'call' ? one.name : []))
}
