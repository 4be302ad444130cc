import type { FindManyOptions, ObjectLiteral } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import type { WhereClauseCondition } from 'typeorm/query-builder/WhereClause.js'
import { MisplacedFilterError } from '../errors.js'
import { tableOfFilter } from '../filter/where.js'
import type { Builder, BuilderClass } from './builders.js'

type Joins = readonly { readonly alias: string; readonly relationMetadata: RelationMetadata }[]

/** A class of query builders that throw a MisplacedFilterError for a filter that reached a place that it is not made for. */
export function refusingMisplaced(of: BuilderClass): BuilderClass {
  return class Refusing extends of {
    /** `find({ ...where, take: 10 })` asks for every row, for TypeORM passes over names that it does not know. */
    override setFindOptions(options: FindManyOptions<ObjectLiteral>): this {
      for (const [name, value] of Object.entries(options)) {
        if (tableOfFilter(value) === undefined) continue
        throw new MisplacedFilterError(
          'misplaced-filter',
          `A filter stands among the options of a query, with its "${name}".`,
          { hint: 'find({ where: filter.where, take: 10 }), or authorizedFilter(user, Entity, { take: 10 })' },
        )
      }
      return super.setFindOptions(options)
    }

    /** Another entity can have all the columns that a filter speaks of. */
    protected override getWherePredicateCondition(path: string, value: unknown): WhereClauseCondition {
      const table = tableOfFilter(value)
      if (table === undefined) return super.getWherePredicateCondition(path, value)
      const entity = entityOf(path.slice(0, path.indexOf('.')), this.expressionMap, this.joins)
      if (entity && entity.tablePath !== table) {
        throw new MisplacedFilterError('misplaced-filter', `A filter for "${table}" reached a query for "${path}".`, {
          hint: 'make it for the entity that is queried: authorizedFilter(user, entity)',
        })
      }
      return super.getWherePredicateCondition(path, value)
    }
  }
}

/** The entity that a name of a query stands for; of the builder that brackets are made with, the main one alone is known. */
function entityOf(
  name: string,
  { aliases, mainAlias }: Builder['expressionMap'],
  joins: Joins,
): EntityMetadata | undefined {
  if (mainAlias?.name === name && mainAlias.hasMetadata) return mainAlias.metadata
  // A `find` has joins of its own first.
  const join = joins.find(({ alias }) => alias === name)
  return join
    ? join.relationMetadata.inverseEntityMetadata
    : aliases.find((one) => one.name === name && one.hasMetadata)?.metadata
}
