import { markCareful, markPartial } from '@arcturus/core'
import type { ObjectLiteral, QueryRunner } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import type { Builder, BuilderClass } from '../query/builders.js'

type Join = Builder['expressionMap']['joinAttributes'][number]

/** Properties that lead from the rows of a query to a relation. */
type Way = readonly string[]

/**
 * A class of query builders that remember of rows which of their relations were loaded in part: by a query that has a condition on
 * rows that it joins and selects (`leftJoinAndSelect('d.tags', 't', 't.public')`, `find({ relations: { tags: true }, where: { tags: {
 * … } } })`). What is missing from such a list would be taken for what is not there. So would rows that were deleted softly and are
 * loaded all the same (`withDeleted`) for what is.
 */
export function rememberingPartialRelations(of: BuilderClass): BuilderClass {
  return class Remembering extends of {
    protected override async executeEntitiesAndRawResults(
      queryRunner: QueryRunner,
    ): Promise<{ entities: ObjectLiteral[]; raw: ObjectLiteral[] }> {
      const result = await super.executeEntitiesAndRawResults(queryRunner)
      const { joinAttributes, relationIdAttributes, relationLoadStrategy, withDeleted } = this.expressionMap
      // By queries of their own, which show what was deleted at any depth, and whose rows are found by their keys.
      if (relationLoadStrategy === 'query')
        for (const relation of this.relationMetadatas)
          if (withDeleted || !selectsKeys(this.findOptions.select, relation))
            mark(result.entities, wayOfRelation(relation))
      if (relationIdAttributes.length > 0 || joinAttributes.some(({ isSelected }) => isSelected)) {
        const conditions = this.createWhereExpression() + this.createHavingExpression()
        for (const way of partialWays(this, conditions)) mark(result.entities, way)
      }
      return result
    }
  }
}

/** Relations of which not all rows were asked for, or not those alone. */
function partialWays({ expressionMap: map }: Builder, said: string): readonly Way[] {
  const joins = new Map(map.joinAttributes.map((join) => [join.alias.name, join]))
  const above = (join: Join): readonly Join[] => {
    const parent = join.parentAlias === undefined ? undefined : joins.get(join.parentAlias)
    return parent ? [...above(parent), parent] : []
  }
  const inner = map.joinAttributes.filter(({ direction }) => direction === 'INNER')
  const conditions = [said, ...inner.map(conditionOf)].join(' ')
  const isCut =
    map.limit !== undefined ||
    map.offset !== undefined ||
    map.groupBys.length > 0 ||
    map.selectDistinctOn.length > 0 ||
    map.onLocked === 'skip_locked'
  const partial = new Set<Join>()
  for (const join of joins.values()) {
    const condition = conditionOf(join)
    const narrows = condition !== '' || mentions(conditions, join)
    // What is at most one row is there as a whole, or nil for a condition of its join.
    if (condition !== '' || isOther(join) || (join.isMany && (narrows || isCut))) partial.add(join)
    // A row that is left out takes those that it belongs to with it.
    if (narrows || join.direction === 'INNER') for (const one of above(join)) if (one.isMany) partial.add(one)
  }
  const wayTo = (alias: string | undefined, last: Way | undefined): Way | undefined => {
    if (alias === undefined || last === undefined) return undefined
    const join = joins.get(alias)
    const way = join ? wayOf(join) : []
    return way && [...way, ...last]
  }
  const wayOf = (join: Join): Way | undefined =>
    join.mapToProperty
      ? wayTo(join.mapToPropertyParentAlias, [join.mapToPropertyPropertyName!])
      : wayTo(join.parentAlias, join.relation && wayOfRelation(join.relation))
  return [
    ...[...partial].filter(({ isSelected }) => isSelected).map(wayOf),
    // Keys instead of rows, or of some rows: where there is none, its emptiness says nothing either.
    ...map.relationIdAttributes
      .filter((keys) => keys.queryBuilderFactory || keys.mapToPropertyPropertyPath === keys.relationPropertyPath)
      .map(({ parentAlias, mapToPropertyPropertyPath }) => wayTo(parentAlias, mapToPropertyPropertyPath.split('.'))),
  ].filter((way) => way !== undefined)
}

/** Whether rows of both sides that are selected in part have the keys by which they are told whose they are. */
function selectsKeys(
  select: unknown,
  { propertyPath, entityMetadata, inverseEntityMetadata }: RelationMetadata,
): boolean {
  return hasKey(select, entityMetadata) && hasKey(selectedOf(select, propertyPath), inverseEntityMetadata)
}

function hasKey(select: unknown, { primaryColumns }: EntityMetadata): boolean {
  return typeof select !== 'object' || primaryColumns.every((column) => selectedOf(select, column.propertyPath))
}

/** What is selected of a property: true is all of it. TypeORM 0.3 takes names, too. */
function selectedOf(select: unknown, path: string): unknown {
  if (Array.isArray(select)) return select.includes(path) || undefined
  return path
    .split('.')
    .reduce((one, name) => (typeof one === 'object' && one !== null ? Reflect.get(one, name) : one), select)
}

/** A relation of embedded columns is under the property of these. */
function wayOfRelation({ propertyPath }: RelationMetadata): Way {
  return propertyPath.split('.')
}

/** What is asked of rows that are joined, but for what TypeORM asks itself: that they were not deleted softly. */
function conditionOf(join: Join): string {
  const { condition } = join
  return condition === undefined || condition === notDeleted(join) ? '' : condition
}

/** Whether what a join loads into a relation are other rows than those of the relation. */
function isOther(join: Join): boolean {
  const { condition = '', parentAlias, relation } = join
  const { mapToPropertyParentAlias: row = parentAlias, mapToPropertyPropertyName: name = relation?.propertyName } = join
  return row !== parentAlias || relation?.propertyName !== name || !condition.endsWith(notDeleted(join))
}

function notDeleted({ alias, metadata }: Join): string {
  const column = metadata?.deleteDateColumn
  return column ? `${alias.name}.${column.propertyName} IS NULL` : ''
}

/**
 * Whether SQL, or what becomes SQL, reads a column of a join, or of the table that links its rows: by an alias, or by the name of the
 * column alone.
 */
function mentions(text: string, join: Join): boolean {
  const junction = join.relation?.junctionEntityMetadata
  const aliases = [join.alias.name, ...(junction ? [join.junctionAlias] : [])].map(
    (alias) => `(?<![\\w.])["\`]?${literally(alias)}["\`]?\\s*\\.`,
  )
  const columns = [join.metadata, junction].flatMap((entity) => entity?.columns ?? [])
  const alone = columns.map(
    ({ databaseName }) => `(?<![\\w:]|\\.\\s*["\`]?)["\`]?${literally(databaseName)}["\`]?(?!\\w|\\s*[.(])`,
  )
  return new RegExp([...aliases, ...alone].join('|'), 'i').test(text)
}

function literally(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

function mark(rows: readonly unknown[], [name, ...rest]: Way): void {
  if (name === undefined) return
  for (const row of rows) {
    if (typeof row !== 'object' || row === null) continue
    if (rest.length === 0) markPartial(row, name)
    else {
      markCareful(row)
      const value: unknown = loaded(row, name)
      if (Array.isArray(value)) markCareful(value)
      mark(Array.isArray(value) ? value : [value], rest)
    }
  }
}

/** What was loaded of a property. That of a lazy relation is a promise, of what stands beside it under this name. */
export function loaded(row: object, name: string): unknown {
  const lazy = `__${name}__`
  return Reflect.get(row, lazy in row ? lazy : name)
}
