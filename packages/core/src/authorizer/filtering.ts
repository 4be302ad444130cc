/** The modules that make filters, which synchronous methods need once a policy is loaded. */
export { Filters } from './filters/filters.js'
export { refusable } from './filters/refusable.js'
export { Shadow } from './shadow.js'
