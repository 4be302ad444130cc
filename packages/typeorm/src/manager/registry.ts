import { type ObjectLiteral, QueryBuilder } from 'typeorm'
import { schemaError } from '../errors.js'
import { dataSourceOf } from '../schema/dialect.js'
import { GuardedSelect } from './builders.js'
import { sessionOf } from './facade.js'
import { GuardedInsert } from './insertBuilder.js'
import { GuardedRelation, passVia } from './relationBuilder.js'
import { GuardedDelete, GuardedSoftDelete, GuardedUpdate } from './writeBuilders.js'

type Factory = (builder: QueryBuilder<ObjectLiteral>) => QueryBuilder<ObjectLiteral>

/** The builders that TypeORM has: each is guarded if it is made from one of an authorized manager. */
const guardedBuilders: Readonly<Record<string, Factory>> = {
  SelectQueryBuilder: (builder) => new GuardedSelect(builder),
  InsertQueryBuilder: (builder) => new GuardedInsert(builder),
  UpdateQueryBuilder: (builder) => new GuardedUpdate(builder),
  DeleteQueryBuilder: (builder) => new GuardedDelete(builder),
  SoftDeleteQueryBuilder: (builder) => new GuardedSoftDelete(builder),
  RelationQueryBuilder: (builder) => new GuardedRelation(builder),
}

const ours = new WeakSet<Factory>()

/**
 * Makes TypeORM turn a builder of an authorized manager into another one of it. Each new data source registers
 * TypeORM's own builders again, so they are tested for each manager.
 * @throws TypeOrmSchemaError for a version of TypeORM with other builders
 */
export function registerBuilders(): void {
  const registry = Reflect.get(QueryBuilder, 'queryBuilderRegistry') as Readonly<Record<string, Factory>> | undefined
  const names = Object.keys(registry ?? {})
  if (!registry || names.some((name) => !guardedBuilders[name]) || names.length === 0) {
    throw schemaError('An authorized manager does not know the builders of this TypeORM.', {
      hint: 'install a version of TypeORM that `@arcturus/typeorm` supports',
      data: { builders: names },
    })
  }
  for (const name of names) {
    const plain = registry[name]!
    if (ours.has(plain)) continue
    const own: Factory = (builder) => (sessionOf(dataSourceOf(builder)) ? guarded(name, builder) : plain(builder))
    ours.add(own)
    QueryBuilder.registerQueryBuilderClass(name, own)
  }
}

function guarded(name: string, builder: QueryBuilder<ObjectLiteral>): QueryBuilder<ObjectLiteral> {
  const made = guardedBuilders[name]!(builder)
  passVia(builder, made)
  return made
}
