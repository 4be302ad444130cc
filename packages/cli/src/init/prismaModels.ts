import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { globSync } from 'tinyglobby'
import { Failure } from '../output/failure.js'
import type { ModelFacts } from './application.js'

/**
 * Reads the models of a Prisma schema, in one file or in several.
 *
 * @throws {Failure} There is no schema.
 */
export function prismaModelsIn(folder: string): readonly ModelFacts[] {
  const files = globSync(['prisma/**/*.prisma', 'schema.prisma', 'src/**/*.prisma'], { cwd: folder, absolute: true })
  if (files.length === 0 || !existsSync(files[0]!))
    throw new Failure(`There is no Prisma schema in ${join(folder, 'prisma')}.`, 'create one with: npx prisma init')
  const text = files
    .sort()
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
    .replaceAll(/\/\/.*$/gm, '')
  const blocks = [...text.matchAll(/^\s*model\s+(\w+)\s*\{([^}]*)\}/gm)].map(([, name, body]) => ({
    name: name!,
    fields: body!
      .split('\n')
      .map((line) => /^\s*(\w+)\s+(\w+)(\[\])?(\?)?(.*)$/.exec(line))
      .filter((match) => match !== null)
      .map(([, field, type, list, , attributes]) => ({
        name: field!,
        type: type!,
        list: list !== undefined,
        attributes: attributes!,
      })),
  }))
  const names = new Set(blocks.map(({ name }) => name))
  return blocks.map(({ name, fields }) => {
    const key = fields.find(({ attributes }) => /@id\b/.test(attributes))
    return {
      name,
      key: key && { name: key.name, isNumber: key.type === 'Int' },
      references: fields
        .filter(({ type, list }) => names.has(type) && !list)
        .map((field) => ({ name: field.name, model: field.type })),
      booleans: fields.filter(({ type, list }) => type === 'Boolean' && !list).map((field) => field.name),
      file: undefined,
    }
  })
}
