import { schemaError } from '../errors.js'
import { readSchema } from './readSchema.js'
import { nameInSchema, type PrismaModel, type PrismaSchema } from './schema.js'

/** Any Prisma client, extended or not. */
export interface PrismaClientLike {
  readonly $extends: unknown
}

const hint =
  'add `generator arcturus { provider = "arcturus-prisma-generator" }` to the Prisma schema, run `prisma generate` and pass the generated schema: prismaAuthorization(authorizer, client, { schema })'

/**
 * Returns the schema of a client, compared with public facts: the columns of each model and their types.
 * @param given - A generated schema. Default: the schema text that the client carries, which is not part of Prisma's
 * public API.
 * @throws PrismaSchemaError if the schema is missing, can't be read or does not describe this client.
 */
export function schemaFor(client: PrismaClientLike, given: PrismaSchema | undefined): PrismaSchema {
  const schema = given ? assertSchema(given) : schemaOfClient(client)
  assertDescribes(schema, client)
  return schema
}

function schemaOfClient(client: PrismaClientLike): PrismaSchema {
  const text = property(property(client, '_engineConfig'), 'inlineSchema')
  if (typeof text !== 'string') {
    throw schemaError('This Prisma client does not contain its schema.', { hint })
  }
  try {
    return readSchema(text)
  } catch (cause) {
    throw schemaError(`Cannot read the schema of the Prisma client: ${String(cause)}.`, { hint, cause })
  }
}

/** The major version of Prisma whose queries this package knows. */
const knownVersion = '7'

/** @throws PrismaSchemaError for a client of another version of Prisma */
export function assertVersion(client: PrismaClientLike): void {
  const version = property(client, '_clientVersion')
  if (typeof version !== 'string' || version.startsWith(`${knownVersion}.`)) return
  throw schemaError(
    `This version of @arcturus/prisma works with Prisma ${knownVersion}, but the client is of Prisma ${version}.`,
    { hint: `install Prisma ${knownVersion}: npm install prisma@${knownVersion} @prisma/client@${knownVersion}` },
  )
}

/** @throws PrismaSchemaError for an invalid schema */
function assertSchema(schema: PrismaSchema): PrismaSchema {
  if (Array.isArray(schema.models) && Array.isArray(schema.enums) && typeof schema.provider === 'string') return schema
  throw schemaError('`schema` must be a generated schema.', {
    hint: "import { schema } from './generated/arcturus/schema.js', or leave the option out",
  })
}

/**
 * Compares a schema with the public facts of a client.
 * @throws PrismaSchemaError if a model is missing, or if its columns or their types differ.
 */
function assertDescribes(schema: PrismaSchema, client: PrismaClientLike): void {
  for (const model of schema.models) {
    const known = columnsOf(client, model)
    const read = expectedColumns(model)
    const differing = [...new Set([...known.keys(), ...read.keys()])].filter(
      (name) => known.get(name) !== read.get(name),
    )
    if (differing.length === 0) continue
    throw schemaError(
      `The schema does not describe this Prisma client: ${known.size === 0 ? `it has no model "${model.name}"` : `"${model.name}" differs in ${differing.join(', ')}`}.`,
      { hint, data: { model: model.name, fields: differing } },
    )
  }
}

/** Returns the delegate of a model: `client.blogPost` for `BlogPost`. */
export function delegateOf(client: object, model: Pick<PrismaModel, 'name' | 'given'> | undefined): unknown {
  return model && property(client, delegateName(model))
}

/** Returns the name of a model's delegate: `blogPost` for `BlogPost`. */
export function delegateName(model: Pick<PrismaModel, 'name' | 'given'>): string {
  const name = nameInSchema(model)
  return name.charAt(0).toLowerCase() + name.slice(1)
}

/** Returns the columns in `client.document.fields`, each with its type. */
function columnsOf(client: PrismaClientLike, model: PrismaModel): Map<string, unknown> {
  const fields = property(delegateOf(client, model), 'fields')
  if (typeof fields !== 'object' || fields === null) return new Map()
  return new Map(Object.keys(fields).map((name) => [name, property(property(fields, name), 'typeName')]))
}

function expectedColumns(model: PrismaModel): Map<string, unknown> {
  return new Map(
    model.fields.flatMap((field) => (field.kind === 'relation' ? [] : [[field.name, field.type] as const])),
  )
}

/** Returns a property of an unknown value. */
export function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined
}
