export { type CompileOptions, compilePolicy } from './compilePolicy.js'
export { policyTypes } from './policyTypes.js'
