import type { PrismaSchema } from '../schema/schema.js'

const head = '// Written by `prisma generate` (arcturus-prisma-generator); changes made here are lost.\n'

/**
 * Returns the module that contains a schema, typed by the names of its models.
 * @param file its path. Its extension chooses the language: `.ts` and its kin, or `.js`, `.mjs` and
 * `.cjs` with types beside it
 * @returns paths and texts of the files to write
 */
export function moduleText(schema: PrismaSchema, file: string): [file: string, text: string][] {
  const names = schema.models.map((model) => JSON.stringify(model.name)).join(' | ') || 'never'
  const data = JSON.stringify(schema, undefined, 2)
  const types = `import type { PrismaSchema } from '@arcturus/prisma'\n\n/** The names of the models that a policy can speak of. */\nexport type ModelName = ${names}\n\n`
  const ending = /\.([cm]?)([jt]s)$/.exec(file)
  if (!ending) throw new Error(`The file of generator arcturus must end in .ts, .js, .mjs or .cjs: ${file}`)
  if (ending[2] === 'ts') return [[file, `${head}${types}export const schema: PrismaSchema<ModelName> = ${data}\n`]]
  const body = ending[1] === 'c' ? `exports.schema = ${data}\n` : `export const schema = ${data}\n`
  return [
    [file, `${head}${body}`],
    [file.replace(/\.([cm]?)js$/, '.d.$1ts'), `${head}${types}export declare const schema: PrismaSchema<ModelName>\n`],
  ]
}
