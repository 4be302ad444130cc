import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

/**
 * Bundles an entry as a web page would get it.
 * @param {string} entry path of a module
 * @returns {Promise<{ bytes: number, outside: string[] }>} its size minified and gzipped, and the imports that stayed outside
 */
export async function bundleForBrowser(entry) {
  const bundle = await rolldown({ input: entry, platform: 'browser', logLevel: 'silent' })
  try {
    const { output } = await bundle.generate({ format: 'esm', minify: true })
    const chunks = output.filter((part) => part.type === 'chunk')
    const own = new Set(chunks.map((chunk) => chunk.fileName))
    const imported = chunks.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports])
    return {
      bytes: chunks.reduce((sum, chunk) => sum + gzipSync(chunk.code, { level: 9 }).length, 0),
      outside: [...new Set(imported)].filter((name) => !own.has(name)),
    }
  } finally {
    await bundle.close()
  }
}
