// A workload's policy as the module that `compilePolicy` writes, in a file of its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compilePolicy } from '@arcturus/compile'
import { authorizerFor } from './engines/arcturus.mjs'

const folder = mkdtempSync(join(tmpdir(), 'arcturus-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** @returns the address of the module */
export function compiledModule(workload) {
  // Packages can't be resolved by name from the file's folder.
  const runtime = import.meta.resolve('@arcturus/core/internal/runtime')
  const { code } = compilePolicy(authorizerFor(workload), { runtime })
  const file = join(folder, `${workload.name}.mjs`)
  writeFileSync(file, code)
  return pathToFileURL(file).href
}

export async function compiledAuthorizer(workload) {
  const { createAuthorizer } = await import(compiledModule(workload))
  return createAuthorizer({ classes: workload.classes, constants: workload.constants })
}
