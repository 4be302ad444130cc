import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type RouteMark, routeMarkOf } from '@arcturus/web/internal/routes'
import { glob } from 'tinyglobby'
import { defaultExport } from '../config/loadConfig.js'
import { Failure } from '../output/failure.js'
import { parseModule, type Syntax } from '../project/syntax.js'
import { bundled, type Exports } from './bundled.js'
import { joined, type Route } from './route.js'

/** The exports of a route handler that Next calls. */
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** The options of Next that decide which files are routes, and where. */
interface Options {
  readonly basePath?: string
  readonly distDir?: string
  readonly pageExtensions?: readonly string[]
}

/** A module that answers requests, and the routes of its exports. */
interface Answering {
  readonly file: string
  readonly routes: (exports: Exports) => readonly Route[]
}

/**
 * Returns what an application of Next answers beside its pages: route handlers of the App Router, API routes of the Pages
 * Router, and server actions.
 *
 * @param folder - The folder of the application.
 * @throws {Failure} The folder contains no application, or a module cannot be loaded.
 */
export async function nextRoutes(folder: string): Promise<readonly Route[]> {
  const [app, pages] = ['app', 'pages'].map((name) =>
    [name, `src/${name}`].find((one) => existsSync(join(folder, one))),
  )
  if (!app && !pages)
    throw new Failure(
      `${folder} contains no application of Next: neither app nor pages.`,
      "write its folder, relative to the configuration: routes: () => '.'",
    )
  const { basePath = '', distDir = '.next', pageExtensions = ['tsx', 'ts', 'jsx', 'js'] } = await optionsOf(folder)
  const ending = new RegExp(`\\.(${pageExtensions.map((one) => one.replaceAll('.', '\\.')).join('|')})$`)
  /** Returns the modules that match a pattern in a folder, by their paths in it without an extension. */
  const modulesIn = async (
    within: string | undefined,
    ...patterns: readonly string[]
  ): Promise<Map<string, string>> => {
    const files = within === undefined ? [] : await glob([...patterns], { cwd: join(folder, within), dot: true })
    const routes = files.sort().filter((file) => ending.test(file) && !file.endsWith('.d.ts'))
    return new Map(routes.map((file) => [file.replace(ending, ''), join(folder, within!, file)]))
  }
  const answering: Answering[] = []
  for (const [path, file] of await modulesIn(app, '**/route.*', '!**/_*/**'))
    if (/(^|\/)route$/.test(path)) answering.push({ file, routes: handlersAt(joined(basePath, appPath(path))) })
  for (const [path, file] of await modulesIn(pages, 'api.*', 'api/**'))
    answering.push({ file, routes: endpointAt(`${basePath}/${path.replace(/\/index$/, '')}`) })

  const inline: Route[] = []
  const sources = ['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}', '!**/node_modules/**', '!**/.*/**', `!${distDir}/**`]
  for (const name of (await glob(sources, { cwd: folder })).sort()) {
    const file = join(folder, name)
    const { isModule, lines } = serverDirectives(await readFile(file, 'utf8'), file)
    if (isModule) answering.push({ file, routes: actionsOf(name) })
    inline.push(...lines.map((line) => ({ method: 'ACTION', path: `${name}:${line}`, marks: [] })))
  }
  const exports = await bundled(answering.map(({ file }) => file))
  return [...answering.flatMap(({ routes }, at) => routes(exports[at]!)), ...inline]
}

async function optionsOf(folder: string): Promise<Options> {
  const file = ['js', 'mjs', 'ts', 'mts'].map((one) => join(folder, `next.config.${one}`)).find(existsSync)
  const options = file === undefined ? {} : await defaultExport(file)
  // Sound: the configuration of Next is an object, or a function that returns one.
  return ((typeof options === 'function' ? await options('phase-production-build', { defaultConfig: {} }) : options) ??
    {}) as Options
}

/** Returns the path of a route handler. Groups and slots are folders alone. */
function appPath(file: string): string {
  const folders = file.split('/').slice(0, -1)
  const segments = folders.filter((one) => !/^\([^.].*\)$/.test(one) && !one.startsWith('@'))
  return `/${segments.map((one) => one.replace(/^%5F/i, '_')).join('/')}`
}

function handlersAt(path: string): Answering['routes'] {
  return (exports) =>
    methods.flatMap((method) => (exports[method] ? [{ method, path, marks: marksOf(exports[method]) }] : []))
}

/** An API route answers all methods. Its export is that of a module, or of CommonJS. */
function endpointAt(path: string): Answering['routes'] {
  return ({ default: handler }) => [{ method: 'ALL', path, marks: marksOf(handler) }]
}

function actionsOf(name: string): Answering['routes'] {
  return (exports) =>
    Object.entries(exports)
      .filter(([, action]) => typeof action === 'function')
      .map(([key, action]) => ({ method: 'ACTION', path: `${name}#${key}`, marks: marksOf(action) }))
}

function marksOf(handler: unknown): readonly RouteMark[] {
  return [routeMarkOf(handler) ?? []].flat()
}

/** A part of a syntax tree that can have directives. */
interface Block extends Partial<Syntax> {
  readonly directives?: readonly { readonly value: { readonly value: string } }[]
}

/** Returns whether a module consists of server actions, and the lines of functions in it that are actions themselves. */
function serverDirectives(text: string, filepath: string): { readonly isModule: boolean; readonly lines: number[] } {
  const lines: number[] = []
  let isModule = false
  const read = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { type, directives, loc }: Block = node
    if (Array.isArray(directives) && directives.some(({ value }) => value.value === 'use server')) {
      if (type === 'Program') isModule = true
      else lines.push(loc?.start.line ?? 0)
    }
    for (const [key, child] of Object.entries(node)) if (key !== 'comments' && key !== 'tokens') read(child)
  }
  if (text.includes('use server')) read(parseModule(text, filepath))
  return { isModule, lines }
}
