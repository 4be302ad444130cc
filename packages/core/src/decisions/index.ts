import '../explain/index.js'

export { jsonLines } from './jsonLines.js'
