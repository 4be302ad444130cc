/**
 * The values of the grammar's productions: each function takes the parts of one production, in order.
 */
export * from './atoms.js'
export * from './blocks.js'
export * from './calls.js'
export * from './collections.js'
export * from './entries.js'
export * from './list.js'
export * from './operators.js'
export * from './statements.js'
