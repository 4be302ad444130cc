import { markCareful, markPartial } from '@arcturus/core'
import type { DataSource, ObjectLiteral, QueryRunner, SelectQueryBuilder } from 'typeorm'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'

type Builder = SelectQueryBuilder<ObjectLiteral>
// biome-ignore lint/suspicious/noExplicitAny: the arguments are TypeORM's own
type BuilderClass = new (...args: any[]) => Builder
type Join = Builder['expressionMap']['joinAttributes'][number]

/**
 * Remembers of rows which of their relations were loaded in part: by a query that has a condition on rows that it joins and selects
 * (`leftJoinAndSelect('d.tags', 't', 't.public')`, `find({ relations: { tags: true }, where: { tags: { … } } })`). What is missing
 * from such a list would be taken for what is not there. All queries of a data source begin in `createQueryBuilder`.
 */
export function rememberPartialRelations(dataSource: DataSource): void {
  const create = dataSource.createQueryBuilder
  if (Object.hasOwn(dataSource, 'createQueryBuilder')) return
  let watching: object | undefined
  const createWatched = (...args: unknown[]): Builder => {
    const query = Reflect.apply(create, dataSource, args) as Builder
    watching ??= watched(query.constructor as BuilderClass).prototype
    return Object.setPrototypeOf(query, watching!) as Builder
  }
  Object.defineProperty(dataSource, 'createQueryBuilder', { value: createWatched, configurable: true, writable: true })
}

/** A class of query builders that look at what they loaded; TypeORM makes clones by their constructor, so that they do too. */
function watched(of: BuilderClass): BuilderClass {
  return class Watched extends of {
    protected override async executeEntitiesAndRawResults(
      queryRunner: QueryRunner,
    ): Promise<{ entities: ObjectLiteral[]; raw: ObjectLiteral[] }> {
      const result = await super.executeEntitiesAndRawResults(queryRunner)
      if (this.expressionMap.joinAttributes.some(({ isSelected }) => isSelected)) {
        const conditions = this.createWhereExpression() + this.createHavingExpression()
        for (const path of partialPaths(this, conditions)) mark(result.entities, path)
      }
      return result
    }
  }
}

/** Relations of which not all rows were asked for: the ways that lead to them from the rows of a query. */
function partialPaths({ expressionMap: map }: Builder, conditions: string): readonly (readonly RelationMetadata[])[] {
  const joins = new Map(map.joinAttributes.map((join) => [join.alias.name, join]))
  const above = (join: Join): readonly Join[] => {
    const parent = join.parentAlias === undefined ? undefined : joins.get(join.parentAlias)
    return parent ? [...above(parent), parent] : []
  }
  const isCut = map.limit !== undefined || map.offset !== undefined
  const partial = new Set<Join>()
  for (const join of joins.values()) {
    const narrows = Boolean(join.condition) || mentions(conditions, join.alias.name)
    // What is at most one row is there as a whole, or nil for a condition of its join.
    if (join.condition || (join.isMany && (narrows || isCut))) partial.add(join)
    // A row that is left out takes those that it belongs to with it.
    if (narrows || join.direction === 'INNER') for (const one of above(join)) if (one.isMany) partial.add(one)
  }
  const selected = [...partial].filter((join) => join.isSelected && join.relation)
  return selected.map((join) => [...above(join), join].flatMap(({ relation }) => relation ?? []))
}

/** Whether SQL, or what becomes SQL, reads a column of an alias. */
function mentions(text: string, alias: string): boolean {
  const name = alias.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return new RegExp(`(?<![\\w.])["\`]?${name}["\`]?\\.`).test(text)
}

function mark(rows: readonly unknown[], [relation, ...rest]: readonly RelationMetadata[]): void {
  if (!relation || relation.isLazy) return
  for (const row of rows) {
    if (typeof row !== 'object' || row === null) continue
    if (rest.length === 0) markPartial(row, relation.propertyName)
    else {
      markCareful(row)
      const value: unknown = Reflect.get(row, relation.propertyName)
      mark(Array.isArray(value) ? value : [value], rest)
    }
  }
}
