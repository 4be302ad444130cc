export { type EnforcementEvent, RequestAuthorization, RoutePattern, UndecidedError } from '@arcturus/web'
export { ArcturusModule } from './arcturusModule.js'
export * from './decorators.js'
export type * from './options.js'
