import type { PrismaSchema } from '../../packages/prisma/src/schema/schema.js'

/** So much of a client of a schema as an authorization reads that sends no query. */
export function clientLike({ models }: PrismaSchema): { $extends(): object } {
  const delegates = models.map(({ name, fields }) => {
    const columns = fields.flatMap((field) =>
      field.kind === 'relation' ? [] : [[field.name, { typeName: field.type }]],
    )
    return [name.charAt(0).toLowerCase() + name.slice(1), { fields: Object.fromEntries(columns) }]
  })
  const client = { $extends: () => client, $connect: () => {}, ...Object.fromEntries(delegates) }
  return client
}
