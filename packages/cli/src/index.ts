export { type Config, defineConfig, type Opened } from './config/config.js'
export { defineTests, type PolicyTests } from './config/tests.js'
export type { AuthorizedActorsLike, DataSourceLike, PrismaLike, Row, RowKey, RowSource } from './project/rows.js'
