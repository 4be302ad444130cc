import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PrismaSchema, readSchema } from '@arcturus/prisma'
import { globSync } from 'tinyglobby'
import { Failure, reasonOf } from '../output/failure.js'
import type { ModelFacts } from './application.js'

/**
 * Reads the models of a Prisma schema, in one file or in several.
 *
 * @throws {Failure} There is no schema, or it is invalid.
 */
export function prismaModelsIn(folder: string): readonly ModelFacts[] {
  const files = globSync(['prisma/**/*.prisma', 'schema.prisma', 'src/**/*.prisma'], { cwd: folder, absolute: true })
  if (files.length === 0)
    throw new Failure(`There is no Prisma schema in ${join(folder, 'prisma')}.`, 'create one with: npx prisma init')
  return schemaIn(files.sort()).models.map(({ name, key, fields }) => {
    const columns = fields.filter((field) => field.kind !== 'relation')
    const references = fields.flatMap((field) => (field.kind === 'relation' ? field.from : []))
    const own = key.length === 1 ? columns.find((column) => column.name === key[0]) : undefined
    return {
      name,
      key: own && { name: own.name, isNumber: own.type === 'Int' },
      references: fields.flatMap((field) =>
        field.kind === 'relation' && !field.list ? [{ name: field.name, model: field.model }] : [],
      ),
      booleans: columns.filter(({ type, list }) => type === 'Boolean' && !list).map((column) => column.name),
      texts: columns
        .filter(({ type, name }) => type === 'String' && ![...key, ...references].includes(name))
        .map((column) => column.name),
      file: undefined,
    }
  })
}

function schemaIn(files: readonly string[]): PrismaSchema {
  try {
    return readSchema(files.map((file) => readFileSync(file, 'utf8')).join('\n'))
  } catch (cause) {
    throw new Failure(
      `The Prisma schema can't be read: ${reasonOf(cause)}`,
      'check it with: npx prisma validate',
      cause,
    )
  }
}
