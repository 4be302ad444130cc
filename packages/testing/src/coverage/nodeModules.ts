import { ArgumentError } from '@arcturus/core'

type NodeModules = { readonly fs: typeof import('node:fs'); readonly path: typeof import('node:path') }

/** Returns modules of Node.js, or undefined in browsers: the testing helpers run there, too. */
export function nodeModules(): NodeModules | undefined {
  const load = globalThis.process?.getBuiltinModule
  return load && { fs: load('node:fs'), path: load('node:path') }
}

/** Returns modules of Node.js. @throws ArgumentError in browsers. */
export function requiredModules(): NodeModules {
  const modules = nodeModules()
  if (modules) return modules
  throw new ArgumentError('invalid-argument', 'Coverage can be written to a folder in Node.js only.', {
    hint: 'omit the option `folder`, and read `coverage.report()` in the same process',
  })
}
