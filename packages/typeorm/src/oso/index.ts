export { typeOrmAdapter } from './adapter.js'
export type { TypeOrmConnection, TypeOrmQuery } from './connection.js'
