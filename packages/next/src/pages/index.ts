export { background } from '../cacheScope.js'
export { type PagesAuthorization, pagesAuthorization } from './pagesAuthorization.js'
