import { codes, type Code } from './language/codes.js'
export { codes, type Code }
