/** The modules of the methods that wait: the part that is imported when one of them is first called. */
export { Changes } from './changes/changes.js'
export { WritableFields } from './fields/writableFields.js'
export { Filters } from './filters/filters.js'
