import type { PrismaSchema } from '../../packages/prisma/src/schema/schema.js'

/**
 * What `verifyDatabase` reads of a database that was made by Prisma: texts are compared by code point on SQLite and PostgreSQL, in
 * order on SQLite alone, and not at all on MySQL.
 */
export function plainDatabase({ provider, models }: Pick<PrismaSchema, 'provider' | 'models'>) {
  const text = { collation: 'default', equality: provider !== 'mysql', order: provider === 'sqlite' }
  const columns = models.flatMap((model) =>
    model.fields.flatMap((field) =>
      field.kind === 'relation'
        ? []
        : [
            {
              table: model.table.toLowerCase(),
              column: field.column.toLowerCase(),
              type: 'text',
              nullable: field.nullable,
              text,
            },
          ],
    ),
  )
  return { problems: [], references: {}, columns, cutsTexts: false }
}
