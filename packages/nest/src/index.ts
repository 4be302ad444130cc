export { UndecidedError } from '@arcturus/core'
export { RequestAuthorization } from '@arcturus/core/framework'
export { ArcturusModule } from './arcturusModule.js'
export {
  Actor,
  Authorization,
  Authorize,
  type AuthorizeOptions,
  authorization,
  type HandlerDecorator,
  Resource,
  Unguarded,
} from './decorators.js'
export type * from './options.js'
