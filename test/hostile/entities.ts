import { EntitySchema, type EntitySchemaColumnOptions, type EntitySchemaRelationOptions } from 'typeorm'
import type { Database } from '../typeorm/databases.js'

/** The tables of the corpus as TypeORM's entities, in the types of a database. */
export function entitiesFor(kind: Database['kind']): EntitySchema[] {
  const text: EntitySchemaColumnOptions = { type: 'varchar', length: 100 }
  const int: EntitySchemaColumnOptions = { type: 'int' }
  const bool: EntitySchemaColumnOptions = { type: 'boolean' }
  const id = { id: { ...text, primary: true } }
  const double = { sqlite: 'real', postgresql: 'double precision', mysql: 'double' } as const
  const date = { sqlite: 'datetime', postgresql: 'timestamptz', mysql: 'datetime' } as const
  const maybe = (column: EntitySchemaColumnOptions): EntitySchemaColumnOptions => ({ ...column, nullable: true })
  const one = (target: string, nullable: boolean, inverseSide?: string): EntitySchemaRelationOptions => ({
    type: 'many-to-one',
    target,
    nullable,
    createForeignKeyConstraints: false,
    ...(inverseSide === undefined ? {} : { inverseSide }),
  })
  const by = (name: string, relation: EntitySchemaRelationOptions): EntitySchemaRelationOptions => ({
    ...relation,
    joinColumn: { name },
  })
  const many = (target: string, inverseSide: string): EntitySchemaRelationOptions => ({
    type: 'one-to-many',
    target,
    inverseSide,
  })
  const entity = (
    name: string,
    columns: Record<string, EntitySchemaColumnOptions>,
    relations: Record<string, EntitySchemaRelationOptions>,
  ): EntitySchema => new EntitySchema({ name, tableName: `hostile_${name}`, columns: { ...id, ...columns }, relations })

  return [
    entity(
      'Item',
      {
        aBool: bool,
        aString: text,
        aNumber: int,
        aDouble: { type: double[kind], nullable: true },
        aOptionalString: maybe(text),
        createdBy: text,
        createdAt: { type: date[kind], ...(kind === 'sqlite' ? {} : { precision: 3 }), nullable: true },
        scope: maybe(text),
        parentId: maybe(text),
        mainCategoryId: maybe(text),
      },
      {
        parent: by('parentId', one('Parent', true)),
        mainCategory: by('mainCategoryId', one('Category', true)),
        categories: many('Category', 'item'),
        tags: many('Tag', 'item'),
      },
    ),
    entity(
      'Parent',
      { aBool: bool, aString: text, aNumber: int, aOptionalString: maybe(text), innerId: maybe(text) },
      { inner: by('innerId', one('Parent', true)) },
    ),
    entity('Tag', { name: maybe(text), itemId: text }, { item: by('itemId', one('Item', false, 'tags')) }),
    entity(
      'Category',
      { name: text, itemId: text },
      { item: by('itemId', one('Item', false, 'categories')), subCategories: many('SubCategory', 'category') },
    ),
    entity(
      'SubCategory',
      { name: text, categoryId: text },
      { category: by('categoryId', one('Category', false, 'subCategories')), labels: many('Label', 'subCategory') },
    ),
    entity(
      'Label',
      { name: maybe(text), subCategoryId: text },
      { subCategory: by('subCategoryId', one('SubCategory', false, 'labels')) },
    ),
  ]
}
