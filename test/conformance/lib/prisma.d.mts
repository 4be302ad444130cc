import type { openDatabases } from '../../prisma/databases.js'
import type { createTables } from '../../prisma/ddl.js'
import type { Orm } from './ways.mjs'

export function openPrisma(modules: {
  readonly core: object
  readonly prisma: object
  readonly openDatabases: typeof openDatabases
  readonly createTables: typeof createTables
}): Promise<readonly Orm[]>
