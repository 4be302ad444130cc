import type { DataSource, FindManyOptions, ObjectLiteral } from 'typeorm'
import type { WhereClauseCondition } from 'typeorm/query-builder/WhereClause.js'
import { MisplacedFilterError } from '../errors.js'
import { tableOfFilter } from '../filter/where.js'
import { type BuilderClass, extendBuilders } from './builders.js'

/** Makes queries of a data source throw a MisplacedFilterError for a filter that reached a place that it is not made for. */
export function refuseMisplaced(dataSource: DataSource): void {
  extendBuilders(dataSource, placing)
}

function placing(of: BuilderClass): BuilderClass {
  return class Placing extends of {
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
      const name = path.slice(0, path.indexOf('.'))
      // A `find` has joins of its own first.
      const join = this.joins.find(({ alias }) => alias === name)?.relationMetadata.inverseEntityMetadata
      // Of the builder that brackets are made with, the main one alone is known.
      const { aliases, mainAlias } = this.expressionMap
      const alias = [...aliases, mainAlias].find((one) => one?.name === name && one.hasMetadata)
      const entity = join ?? alias?.metadata
      if (table !== undefined && entity && entity.tablePath !== table) {
        throw new MisplacedFilterError('misplaced-filter', `A filter for "${table}" reached a query for "${path}".`, {
          hint: 'make it for the entity that is queried: authorizedFilter(user, entity)',
        })
      }
      return super.getWherePredicateCondition(path, value)
    }
  }
}
