import type { Authorizer } from '@arcturus/core'
import type {
  AuthorizedActorsLike,
  DataSourceLike,
  FilterArgumentsLike,
  PrismaLike,
  RowSource,
} from '../project/rows.js'

/** The configuration of the command `arcturus`, the default export of `arcturus.config.ts`. */
export interface Config {
  /** The files of the policy: paths or glob patterns, relative to the folder of the configuration. */
  readonly policy: string | readonly string[]
  /**
   * Opens the application: returns its authorizer, with all classes and models registered, and the
   * database of its rows. Called once for each command.
   */
  readonly open: () => Opened | Promise<Opened>
  /**
   * The files of `arcturus test`: paths or glob patterns. Default: `**\/*.matrix.{ts,mts,js,mjs}` and `**\/*.test.polar`.
   */
  readonly tests?: string | readonly string[]
  /**
   * Returns the application of Express, Koa or NestJS, with all routes, for `arcturus routes`: `() => app`, or a promise of
   * it. An Express application that is mounted in another one is listed, too: `() => [app, admin]`. For Next it returns the folder
   * of the application, relative to that of the configuration: `() => '.'`.
   */
  readonly routes?: () => unknown
}

/** An opened application. */
export interface Opened {
  readonly authorizer: Authorizer
  /**
   * The source of rows: the guarded Prisma client of `prismaAuthorization`, a data source of
   * TypeORM, or functions. Without it, rows can only be passed as JSON: `User:{"id":1}`.
   */
  readonly database?: PrismaLike | DataSourceLike | RowSource
  /**
   * The function of `prismaAuthorization` or `typeOrmAuthorization`: `arcturus who` then sends one
   * query. Without it, the command checks the actors one by one.
   */
  readonly authorizedActors?: AuthorizedActorsLike
  /**
   * The function of `prismaAuthorization` or `typeOrmAuthorization`: `arcturus diff` then compares all
   * rows of the database by queries. Without it, the command checks a sample of the rows.
   */
  readonly filterArguments?: FilterArgumentsLike
  /** Closes the application after the command, such as its connections. */
  readonly close?: () => unknown
}

/**
 * Returns the configuration unchanged; editors know its type.
 *
 * @example
 * ```ts
 * // arcturus.config.ts
 * import { defineConfig } from '@arcturus/cli'
 * import { authorizer, prisma } from './src/authorization'
 *
 * export default defineConfig({
 *   policy: 'policy.polar',
 *   open: () => ({ authorizer, database: prisma, close: () => prisma.$disconnect() }),
 * })
 * ```
 */
export function defineConfig(config: Config): Config {
  return config
}
