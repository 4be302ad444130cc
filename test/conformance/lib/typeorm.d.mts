import type { EntitySchema } from 'typeorm'
import type { openDatabases } from '../../typeorm/databases.js'
import type { Orm } from './ways.mjs'

export function openTypeOrm(modules: {
  readonly core: object
  readonly typeorm: object
  readonly openDatabases: typeof openDatabases
  readonly EntitySchema: typeof EntitySchema
}): Promise<readonly Orm[]>
