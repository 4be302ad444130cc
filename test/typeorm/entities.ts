import { EntitySchema } from 'typeorm'

/** People, their documents and tags, as classes whose columns are described beside them. */
export class User {
  id!: number
  name!: string
  managerId!: number | null
  manager?: User | null
  documents?: Document[]
}

export class Document {
  id!: number
  title!: string
  views!: number | null
  archived!: boolean
  ownerId!: number | null
  owner?: User | null
  tags?: Tag[]
}

export class Tag {
  name!: string
  documents?: Document[]
}

const userEntity = new EntitySchema<User>({
  name: 'User',
  target: User,
  tableName: 'people',
  columns: {
    id: { type: 'int', primary: true },
    name: { type: 'varchar', length: 100 },
    managerId: { type: 'int', nullable: true, name: 'manager_id' },
  },
  relations: {
    manager: { type: 'many-to-one', target: 'User', joinColumn: { name: 'manager_id' }, nullable: true },
    documents: { type: 'one-to-many', target: 'Document', inverseSide: 'owner' },
  },
})

const documentEntity = new EntitySchema<Document>({
  name: 'Document',
  target: Document,
  tableName: 'docs',
  columns: {
    id: { type: 'int', primary: true },
    title: { type: 'varchar', length: 100 },
    views: { type: 'int', nullable: true },
    archived: { type: 'boolean', name: 'is_archived' },
    ownerId: { type: 'int', nullable: true, name: 'owner_id' },
  },
  relations: {
    owner: {
      type: 'many-to-one',
      target: 'User',
      inverseSide: 'documents',
      joinColumn: { name: 'owner_id' },
      nullable: true,
    },
    tags: { type: 'many-to-many', target: 'Tag', inverseSide: 'documents', joinTable: true },
  },
})

const tagEntity = new EntitySchema<Tag>({
  name: 'Tag',
  target: Tag,
  columns: { name: { type: 'varchar', length: 100, primary: true } },
  relations: { documents: { type: 'many-to-many', target: 'Document', inverseSide: 'tags' } },
})

export const entities = [userEntity, documentEntity, tagEntity]
