export { type PagesAuthorization, pagesAuthorization } from './pagesAuthorization.js'
