export type { AsyncContext } from '../enforcements.js'
export { ofAdapters } from '../requestAuthorization.js'
export { TargetError } from '../requestTarget.js'
export { routeMarkOf } from '../routeMark.js'
