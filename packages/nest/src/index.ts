export { RequestAuthorization, RoutePattern } from '@arcturus/web'
export { ArcturusModule } from './arcturusModule.js'
export {
  Actor,
  Authorization,
  Authorize,
  authorization,
  type NestAuthorization,
  nestAuthorization,
  Resource,
  Unguarded,
} from './decorators.js'
export type { ArcturusModuleOptions, ResourceLoader } from './options.js'
