import type { TypeOrmAuthorization } from '@arcturus/typeorm'
import type { FindManyOptions, FindOptionsWhere, Repository, SelectQueryBuilder } from 'typeorm'
import { expectTypeOf, it } from 'vitest'
import { Document, type User } from './entities.js'

declare const authorization: TypeOrmAuthorization
declare const documents: Repository<Document>
declare const user: User

it('gives arguments that TypeORM takes, and keeps the types of the caller', () => {
  const check = (): void => {
    const { authorizedFilter, authorizedQuery, authorizedWhere, rows } = authorization
    expectTypeOf(authorizedFilter(user, Document)).toExtend<FindManyOptions<Document>>()
    expectTypeOf(authorizedFilter(user, Document).where).toEqualTypeOf<FindOptionsWhere<Document>>()
    const filtered = authorizedFilter(user, Document, {
      action: 'edit',
      where: [{ id: 1 }],
      take: 3,
      order: { id: 'ASC' },
    })
    expectTypeOf(filtered.where).toEqualTypeOf<FindOptionsWhere<Document>[]>()
    expectTypeOf(filtered).not.toHaveProperty('action')
    expectTypeOf(documents.find(filtered)).resolves.toEqualTypeOf<Document[]>()
    expectTypeOf(documents.update(authorizedFilter(user, Document).where, { title: 'x' })).toBeObject()
    expectTypeOf(authorizedQuery(user, 'read', Document)).toEqualTypeOf<SelectQueryBuilder<Document>>()
    expectTypeOf(authorizedQuery(user, 'read', 'Document')).toExtend<SelectQueryBuilder<object>>()
    expectTypeOf(authorizedQuery(user, 'read', documents.createQueryBuilder())).toEqualTypeOf<
      SelectQueryBuilder<Document>
    >()
    expectTypeOf(authorizedWhere(user, 'read', Document)).resolves.toEqualTypeOf<FindOptionsWhere<Document>>()
    expectTypeOf(rows.findOneBy(Document, { id: 1 })).resolves.toEqualTypeOf<Document | null>()
    // @ts-expect-error: only await makes it a where
    documents.find({ where: authorizedWhere(user, 'read', Document) })
    // @ts-expect-error: it only reads
    rows.save(new Document())
    // @ts-expect-error: no such column
    authorizedFilter(user, Document, { where: { titel: 'x' } })
    // @ts-expect-error: no such argument
    authorizedFilter(user, Document, { wher: { title: 'x' } })
  }
  expectTypeOf(check).toBeFunction()
})
