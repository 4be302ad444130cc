import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { TypesOptions } from './config.js'

/** The part of a loader's context that webpack and Turbopack share. */
interface LoaderContext {
  getOptions(): LoaderOptions
}

/** The options that `withPolicies` passes. */
interface LoaderOptions {
  /** The folder of the application. */
  readonly root: string
  /** The options of `arcturus types`, if the development server writes the types. */
  readonly types?: TypesOptions
}

/**
 * The loader of `withPolicies`. Returns a module whose default export is the policy's text. In development it writes the
 * types of the policy, which it loads after each change.
 */
export default function policyLoader(this: LoaderContext, text: string): string {
  const { root, types } = this.getOptions()
  if (types) writeTypes(root, types)
  return `export default ${JSON.stringify(text)}`
}

let running: 'no' | 'yes' | 'again' = 'no'

/** Runs `arcturus types --modules` of the application: once at a time, and again for a change in between. */
function writeTypes(root: string, types: TypesOptions): void {
  if (running !== 'no') {
    running = 'again'
    return
  }
  running = 'yes'
  const { config, name, register = true } = types
  const cli = createRequire(join(root, 'package.json')).resolve('@arcturus/cli/package.json')
  const args = [
    ...[join(dirname(cli), 'bin/arcturus.mjs'), 'types', '--modules'],
    ...(config === undefined ? [] : ['--config', config]),
    ...(name === undefined ? [] : ['--name', name]),
    ...(register ? [] : ['--no-register']),
  ]
  execFile(process.execPath, args, { cwd: root }, (error, stdout, stderr) => {
    if (error) console.error(`arcturus types failed:\n${stderr || stdout}`)
    const isStale = running === 'again'
    running = 'no'
    if (isStale) writeTypes(root, types)
  })
}
