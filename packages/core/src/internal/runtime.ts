/** What compiled policies import; the number of their format says which of these are there. */
export * from '../compiled/runtime.js'
