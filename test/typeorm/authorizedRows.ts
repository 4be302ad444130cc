import type { TypeOrmAuthorization } from '@arcturus/typeorm'
import type { EntityTarget, ObjectLiteral } from 'typeorm'

/** Finds the rows of an entity on which an actor may do an action, by `authorizedWhere`. */
export async function authorizedRows<Entity extends ObjectLiteral>(
  { dataSource, authorizedWhere }: Pick<TypeOrmAuthorization, 'dataSource' | 'authorizedWhere'>,
  actor: unknown,
  action: string,
  entity: EntityTarget<Entity>,
  options: { readonly context?: Readonly<Record<string, unknown>> } = {},
): Promise<Entity[]> {
  return await dataSource.manager.find(entity, { where: await authorizedWhere(actor, action, entity, options) })
}
