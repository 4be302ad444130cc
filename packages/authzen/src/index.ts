export { type AuthzenHandler, type AuthzenOptions, authzen } from './authzen.js'
export type { Entities, Listing } from './entities.js'
export type { Asked, StatedAction } from './message.js'
