export { RequestAuthorization, UndecidedError } from '@arcturus/core/framework'
export { ArcturusModule } from './arcturusModule.js'
export * from './decorators.js'
export type * from './options.js'
