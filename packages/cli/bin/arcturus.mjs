#!/usr/bin/env node
import module from 'node:module'
import { setFlagsFromString } from 'node:v8'

// From Node.js 22.1 on, modules stay compiled from one command to the next.
module.enableCompileCache?.()
// Most commands end before optimized code repays the time of its compilation: V8 optimizes later, both JavaScript and
// WebAssembly, such as Prisma's query compiler. V8 prints an error for a flag that its version does not have.
const wasm = '--wasm-tiering-budget=100000000'
const flags = { 20: ['--interrupt-budget=600000', wasm], 22: [wasm], 24: [wasm] }
for (const flag of flags[Number.parseInt(process.versions.node, 10)] ?? []) setFlagsFromString(flag)

const { end, main } = await import('../dist/main.mjs')

// Node.js ends without a word if a promise never settles, such as that of `open`.
const abandoned = () => {
  process.exitCode = 2
  process.stderr.write(
    'error: The command ended before its work was done: a promise of the application never settled.\n',
  )
}
process.once('exit', abandoned)
const code = await main(process.argv.slice(2))
process.off('exit', abandoned)
process.exitCode = code
end()
