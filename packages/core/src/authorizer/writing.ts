/** The modules that authorize writes. They are imported when a method first needs them: most processes only read. */
export { Changes } from './changes/changes.js'
export { WritableFields } from './fields/writableFields.js'
