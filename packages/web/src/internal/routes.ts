export { type RouteMark, routeMarkOf, routesToken } from '../routeMark.js'
