export { RequestAuthorization, UndecidedError } from '@arcturus/core/framework'
export { ArcturusModule } from './arcturusModule.js'
export {
  Actor,
  Authorization,
  Authorize,
  type AuthorizeDecorator,
  type AuthorizeOptions,
  authorization,
  type HandlerDecorator,
  type NestAuthorization,
  nestAuthorization,
  Resource,
  Unguarded,
} from './decorators.js'
export type * from './options.js'
