export { type CompiledModule, type CompileOptions, compilePolicy, type MachineOnly } from './compilePolicy.js'
export { policyTypes } from './policyTypes.js'
