/** What an application needs beside a compiled policy. */
export type { CompiledAuthorizer } from './compiled/compiledAuthorizer.js'
export { as } from './compiled/runtime.js'
export type { World } from './compiled/world.js'
