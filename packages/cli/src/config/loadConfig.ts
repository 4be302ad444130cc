import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { register } from 'tsx/esm/api'
import { Failure, reasonOf } from '../output/failure.js'
import type { Config } from './config.js'

/** The names of a configuration file, in the order in which they are looked for. */
export const configNames: readonly string[] = ['ts', 'mts', 'js', 'mjs', 'cts', 'cjs'].map(
  (extension) => `arcturus.config.${extension}`,
)

/** A configuration with the folder to which its paths are relative. */
export interface LoadedConfig extends Config {
  readonly folder: string
  readonly file: string
}

/**
 * Loads the configuration of a folder, or of the closest folder above it.
 *
 * @param chosen - The path of a file, in place of the search.
 * @throws {Failure} There is no configuration, or it is invalid.
 */
export async function loadConfig(cwd: string, chosen: string | undefined): Promise<LoadedConfig> {
  const file = chosen === undefined ? closest(cwd, configNames) : resolve(cwd, chosen)
  if (file === undefined)
    throw new Failure(`No arcturus.config.ts in ${cwd} or a folder above it.`, 'create one with: arcturus init')
  if (!existsSync(file)) throw new Failure(`The configuration ${file} does not exist.`, 'check the path after --config')
  const config = await defaultExport(file).catch(async (error: unknown) => {
    // The command's own copy of the library is needed for errors alone.
    const { PolicyError } = await import('@arcturus/core')
    if (error instanceof PolicyError) throw error
    throw new Failure(`The configuration can't be loaded: ${reasonOf(error)}`, `see ${file} and its imports`, error)
  })
  return { ...assertConfig(config, file), folder: dirname(file), file }
}

/** Returns the first of the files in a folder, or in the closest folder above it. */
export function closest(from: string, files: readonly string[]): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const found = files.map((name) => join(folder, name)).find((file) => existsSync(file))
    if (found !== undefined || dirname(folder) === folder) return found
  }
}

/**
 * Imports a file, in TypeScript or JavaScript, and returns its default export. The closest
 * tsconfig.json decides how decorators are compiled. Modules that several files import are evaluated
 * once.
 */
export async function defaultExport(file: string): Promise<unknown> {
  const tsconfig = closest(dirname(file), ['tsconfig.json'])
  // The hooks stay, for modules that the application imports later.
  const known = hooks.get(tsconfig) ?? register({ namespace: `arcturus-${hooks.size}`, ...(tsconfig && { tsconfig }) })
  hooks.set(tsconfig, known)
  const module: { readonly default?: unknown } = await known.import(pathToFileURL(file).href, import.meta.url)
  return unwrapped(module.default)
}

/** The entries of the library that commands use. */
interface Library {
  readonly diff: typeof import('@arcturus/testing/diff')
  readonly explain: typeof import('@arcturus/explain')
  readonly filters: typeof import('@arcturus/core/filters')
  readonly node: typeof import('@arcturus/core/node')
  readonly testing: typeof import('@arcturus/testing/internal/cli')
  readonly tools: typeof import('@arcturus/core/internal/cli')
}

/** The specifiers of these entries, and how the command imports its own copies. */
const entries: {
  readonly [Name in keyof Library]: { readonly specifier: string; readonly own: () => Promise<Library[Name]> }
} = {
  diff: { specifier: '@arcturus/testing/diff', own: () => import('@arcturus/testing/diff') },
  explain: { specifier: '@arcturus/explain', own: () => import('@arcturus/explain') },
  filters: { specifier: '@arcturus/core/filters', own: () => import('@arcturus/core/filters') },
  node: { specifier: '@arcturus/core/node', own: () => import('@arcturus/core/node') },
  testing: { specifier: '@arcturus/testing/internal/cli', own: () => import('@arcturus/testing/internal/cli') },
  tools: { specifier: '@arcturus/core/internal/cli', own: () => import('@arcturus/core/internal/cli') },
}

/**
 * Imports an entry of the library as the application does. Two copies of the library do not recognize
 * all of each other's objects, so the copy of the application's authorizer has to be used.
 * @param file - A module of the application, such as its configuration.
 */
export async function libraryOf<Name extends keyof Library>(file: string, name: Name): Promise<Library[Name]> {
  const hook = hooks.get(closest(dirname(file), ['tsconfig.json']))
  const { specifier, own } = entries[name]
  if (!hook) return own()
  // Sound: the specifier names the entry. An application can depend on the library by another package alone.
  return hook.import(specifier, pathToFileURL(file).href).catch(own) as Promise<Library[Name]>
}

/** A function that imports an entry of the library. */
export type LibraryOf = <Name extends keyof Library>(name: Name) => Promise<Library[Name]>

/** The compilers of TypeScript, by the path of a tsconfig.json. */
const hooks = new Map<string | undefined, { import(specifier: string, parent: string): Promise<object> }>()

/** Returns the default export of a CommonJS module: its exports are the default of an import. */
function unwrapped(value: unknown): unknown {
  const isModule = typeof value === 'object' && value !== null && '__esModule' in value
  return isModule ? (value as { readonly default?: unknown }).default : value
}

function assertConfig(config: unknown, file: string): Config {
  const invalid = (what: string, hint: string): Failure => new Failure(`${what} in ${file}.`, hint)
  if (typeof config !== 'object' || config === null)
    throw invalid('No default export', 'write: export default defineConfig({ policy, open })')
  // Without the properties that code of others adds to all objects.
  const ownConfig: Partial<Config> = Object.assign(Object.create(null), config)
  const { policy, open, tests, routes } = ownConfig
  const isFiles = (value: unknown): boolean =>
    typeof value === 'string' ||
    (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string'))
  if (!isFiles(policy)) throw invalid('`policy` must be a path or a list of paths', "write: policy: 'policy.polar'")
  if (typeof open !== 'function')
    throw invalid('`open` must be a function', 'write: open: () => ({ authorizer, database: prisma })')
  if (tests !== undefined && !isFiles(tests))
    throw invalid('`tests` must be a path or a list of paths', "write: tests: 'test/*.matrix.ts'")
  if (routes !== undefined && typeof routes !== 'function')
    throw invalid('`routes` must be a function', 'write: routes: () => app')
  // Sound: checked above.
  return ownConfig as Config
}
