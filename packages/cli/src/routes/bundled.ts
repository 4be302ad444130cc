import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BuildFailure, build, type Loader, type Plugin } from 'esbuild'
import { Failure, reasonOf } from '../output/failure.js'

export type Exports = Readonly<Record<string, unknown>>

/**
 * Evaluates modules that are written for a bundler, and returns their exports. Imports are resolved as a bundler does, a policy
 * is its text, and styles and pictures are empty. Modules that several files import are evaluated once.
 *
 * @throws {Failure} A module cannot be bundled, or throws.
 */
export async function bundled(files: readonly string[]): Promise<readonly Exports[]> {
  const folder = await mkdtemp(join(tmpdir(), 'arcturus-'))
  try {
    await build({
      entryPoints: files.map((file, at) => ({ in: file, out: String(at) })),
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      jsx: 'automatic',
      // The policy knows classes by their names.
      keepNames: true,
      loader: { '.polar': 'text' },
      banner: {
        js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
      },
      plugins: [asApplication],
      logLevel: 'silent',
    }).catch(({ errors: [first] }: BuildFailure) => {
      const place = first?.location && `${resolve(first.location.file)}:${first.location.line}`
      throw new Failure(`The application can't be bundled: ${first?.text}`, `see ${place ?? 'its modules'}`)
    })
    const exports: Exports[] = []
    for (const [at, file] of files.entries())
      exports.push(
        await import(pathToFileURL(join(folder, `${at}.mjs`)).href).catch((error: unknown) => {
          throw new Failure(`${file} can't be loaded: ${reasonOf(error)}`, 'see the module and its imports', error)
        }),
      )
    return exports
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Leaves packages to Node.js, and puts the place of each module of the application into its text. */
const asApplication: Plugin = {
  name: 'application',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^(server|client)-only$/ }, ({ path }) => ({ path, namespace: 'empty' }))
    onResolve({ filter: /./ }, async ({ path, pluginData, ...from }) => {
      if (from.kind === 'entry-point' || pluginData === asApplication) return undefined
      const found = await resolve(path, { ...from, pluginData: asApplication })
      const isPackage = /[\\/]node_modules[\\/].*\.([cm]?js|node)$/.test(found.path)
      if (!isPackage || found.namespace !== 'file') return found
      return { path: from.kind.startsWith('require') ? found.path : pathToFileURL(found.path).href, external: true }
    })
    onLoad({ filter: /^/, namespace: 'empty' }, () => ({ contents: '', loader: 'empty' }))
    onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path }) => {
      const place = { url: pathToFileURL(path).href, filename: path, dirname: dirname(path) }
      const contents = (await readFile(path, 'utf8')).replaceAll(
        /\bimport\.meta\.(url|filename|dirname)\b/g,
        // Sound: the pattern matches no other names.
        (_, name) => JSON.stringify(place[name as keyof typeof place]),
      )
      // Sound: the loaders have the names of these extensions.
      return { contents, loader: extname(path).replace(/[.cm]*/, '') as Loader }
    })
    onLoad({ filter: /^/ }, ({ path }) =>
      /\.(json|polar)$/.test(path) ? undefined : { contents: '', loader: 'empty' },
    )
  },
}
