import type { DataSource, ObjectLiteral, SelectQueryBuilder } from 'typeorm'

export type Builder = SelectQueryBuilder<ObjectLiteral>
// biome-ignore lint/suspicious/noExplicitAny: the arguments are TypeORM's own
export type BuilderClass = new (...args: any[]) => Builder

/**
 * Makes all query builders of a data source instances of a class that extends their own. They begin in `createQueryBuilder`, and
 * TypeORM makes clones by their constructor, so that these are, too.
 */
export function extendBuilders(dataSource: DataSource, extend: (of: BuilderClass) => BuilderClass): void {
  const create = dataSource.createQueryBuilder
  let extended: object | undefined
  const createExtended = (...args: unknown[]): Builder => {
    const query = Reflect.apply(create, dataSource, args) as Builder
    extended ??= extend(query.constructor as BuilderClass).prototype
    return Object.setPrototypeOf(query, extended!) as Builder
  }
  Object.defineProperty(dataSource, 'createQueryBuilder', { value: createExtended, configurable: true, writable: true })
}
