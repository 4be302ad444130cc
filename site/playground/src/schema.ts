import { readSchema } from '../../../packages/prisma/src/schema/readSchema.js'
import type { PrismaSchema } from '../../../packages/prisma/src/schema/schema.js'
import { type World, WorldError } from './world.js'

/** @throws WorldError if the text is no Prisma schema, or has no model. */
export function schemaOf({ schema }: Pick<World, 'schema'>): PrismaSchema {
  const text = /^\s*datasource\s/m.test(schema) ? schema : `datasource db { provider = "sqlite" }\n${schema}`
  try {
    const read = readSchema(text)
    if (read.models.length === 0) throw new WorldError('The schema has no model.')
    return read
  } catch (error) {
    if (error instanceof WorldError) throw error
    throw new WorldError(`The schema can't be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
