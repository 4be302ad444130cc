import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { PolicyError } from '@arcturus/core'
import { createJiti } from 'jiti'
import { Failure, reasonOf } from '../output/failure.js'
import type { Config } from './config.js'

/** The names of a configuration file, in the order in which they are looked for. */
const names = ['ts', 'mts', 'js', 'mjs', 'cts', 'cjs'].map((extension) => `arcturus.config.${extension}`)

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
  const file = chosen === undefined ? findConfig(cwd) : resolve(cwd, chosen)
  if (file === undefined)
    throw new Failure(`No arcturus.config.ts in ${cwd} or a folder above it.`, 'create one with: arcturus init')
  if (!existsSync(file)) throw new Failure(`The configuration ${file} does not exist.`, 'check the path after --config')
  const config = await defaultExport(file).catch((error: unknown) => {
    if (error instanceof PolicyError) throw error
    throw new Failure(`The configuration can't be loaded: ${reasonOf(error)}`, `see ${file} and its imports`, error)
  })
  return { ...assertConfig(config, file), folder: dirname(file), file }
}

function findConfig(cwd: string): string | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found = names.map((name) => join(folder, name)).find(existsSync)
    if (found !== undefined || dirname(folder) === folder) return found
  }
}

/**
 * Imports a file, in TypeScript or JavaScript, and returns its default export. Modules that several
 * files import are evaluated once.
 */
export async function defaultExport(file: string): Promise<unknown> {
  const module = await createJiti(file, { fsCache: false, interopDefault: false }).import<{ default?: unknown }>(file)
  return module.default
}

function assertConfig(config: unknown, file: string): Config {
  const invalid = (what: string, hint: string): Failure => new Failure(`${what} in ${file}.`, hint)
  if (typeof config !== 'object' || config === null)
    throw invalid('No default export', 'write: export default defineConfig({ policy, open })')
  const { policy, open, tests } = config as Partial<Config>
  const isFiles = (value: unknown): boolean =>
    typeof value === 'string' ||
    (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string'))
  if (!isFiles(policy)) throw invalid('`policy` must be a path or a list of paths', "write: policy: 'policy.polar'")
  if (typeof open !== 'function')
    throw invalid('`open` must be a function', 'write: open: () => ({ authorizer, database: prisma })')
  if (tests !== undefined && !isFiles(tests))
    throw invalid('`tests` must be a path or a list of paths', "write: tests: 'test/*.matrix.ts'")
  // Sound: checked above.
  return config as Config
}
