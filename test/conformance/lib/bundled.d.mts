import type { typeOrmAdapter } from '@arcturus/typeorm/oso'
import type { EntitySchema } from 'typeorm'
import type { Database } from '../../typeorm/databases.js'
import type { Case } from './judge.mjs'

export function openBundled(modules: {
  readonly oso: object
  readonly typeOrmAdapter: typeof typeOrmAdapter
  readonly openDatabase: (name: string) => Promise<Database>
  readonly EntitySchema: typeof EntitySchema
}): Promise<{
  run(one: Case): Promise<{ readonly ids?: readonly unknown[]; readonly error?: object }>
  close(): Promise<void>
}>
