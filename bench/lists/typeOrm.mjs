import { readFileSync } from 'node:fs'
import { Authorizer } from '@arcturus/core'
import '@arcturus/core/sync'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { Brackets, DataSource, EntitySchema } from 'typeorm'

const column = (type, name) => ({ type, ...(name === undefined ? {} : { name }) })
const key = (type, name) => ({ ...column(type, name), primary: true })
const to = (target, name, inverseSide) => ({ type: 'many-to-one', target, joinColumn: { name }, inverseSide })
const from = (target, inverseSide) => ({ type: 'one-to-many', target, inverseSide })

const Organization = new EntitySchema({
  name: 'Organization',
  tableName: 'organizations',
  columns: { id: key(Number), name: column('text') },
  relations: { memberships: from('Membership', 'organization'), documents: from('Document', 'organization') },
})
const User = new EntitySchema({
  name: 'User',
  tableName: 'users',
  columns: { id: key(Number), name: column('text'), isAdmin: column('boolean', 'is_admin') },
  relations: {
    memberships: from('Membership', 'user'),
    shares: from('Share', 'user'),
    documents: from('Document', 'owner'),
  },
})
const Membership = new EntitySchema({
  name: 'Membership',
  tableName: 'memberships',
  columns: { userId: key(Number, 'user_id'), organizationId: key(Number, 'organization_id'), role: column('text') },
  relations: {
    user: { ...to('User', 'user_id', 'memberships'), nullable: false },
    organization: { ...to('Organization', 'organization_id', 'memberships'), nullable: false },
  },
})
const Document = new EntitySchema({
  name: 'Document',
  tableName: 'documents',
  columns: {
    id: key(Number),
    title: column('text'),
    ownerId: column(Number, 'owner_id'),
    organizationId: column(Number, 'organization_id'),
  },
  relations: {
    owner: { ...to('User', 'owner_id', 'documents'), nullable: false },
    organization: { ...to('Organization', 'organization_id', 'documents'), nullable: false },
    shares: from('Share', 'document'),
  },
})
const Share = new EntitySchema({
  name: 'Share',
  tableName: 'shares',
  columns: { documentId: key(Number, 'document_id'), userId: key(Number, 'user_id'), role: column('text') },
  relations: {
    document: { ...to('Document', 'document_id', 'shares'), nullable: false },
    user: { ...to('User', 'user_id', 'shares'), nullable: false },
  },
})

/** What an expert writes by hand: the same rules, on the query builder. */
function byHand(documents, user) {
  const query = documents.createQueryBuilder('d')
  if (user.isAdmin) return query
  const organizations = user.memberships
    .filter(({ role }) => role === 'member' || role === 'admin')
    .map(({ organizationId }) => organizationId)
  const shared = query
    .subQuery()
    .select('1')
    .from('Share', 's')
    .where('s.documentId = d.id AND s.userId = :user AND s.role IN (:...roles)')
  return query.where(
    new Brackets((visible) => {
      visible.where('d.ownerId = :user').orWhere(`EXISTS ${shared.getQuery()}`)
      if (organizations.length > 0) visible.orWhere('d.organizationId IN (:...organizations)')
    }),
    { user: user.id, roles: ['reader', 'editor'], organizations },
  )
}

/** The lists through TypeORM: by hand, and as the policy says. */
export async function typeOrmLists(url) {
  const statements = []
  const source = new DataSource({
    type: 'postgres',
    url,
    entities: [Organization, User, Membership, Document, Share],
    logger: {
      logQuery: (sql, values) => statements.push({ sql, values }),
      logQueryError() {},
      logQuerySlow() {},
      logSchemaBuild() {},
      logMigration() {},
      log() {},
    },
  })
  await source.initialize()
  const authorizer = new Authorizer()
  const { authorizedQuery } = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
  authorizer.loadSync(readFileSync(new URL('policy.polar', import.meta.url), 'utf8'))
  const documents = source.getRepository('Document')
  const page = (query) => query.orderBy('d.id', 'DESC').limit(50).getMany()
  return {
    name: 'TypeORM',
    user: (id) => source.getRepository('User').findOneOrFail({ where: { id }, relations: { memberships: true } }),
    page: {
      hand: (user) => page(byHand(documents, user)),
      policy: (user) => page(authorizedQuery(user, 'read', Document, { alias: 'd' })),
    },
    count: {
      hand: (user) => byHand(documents, user).getCount(),
      policy: (user) => authorizedQuery(user, 'read', Document, { alias: 'd' }).getCount(),
    },
    /** The statements that a list sends. */
    async statements(list) {
      statements.length = 0
      await list()
      return statements.filter(({ sql }) => sql.startsWith('SELECT'))
    },
    close: () => source.destroy(),
  }
}
