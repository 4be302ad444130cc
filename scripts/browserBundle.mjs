import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

/**
 * Bundles an entry as a web page would get it.
 * @param {string} entry path of a module
 * @returns {Promise<{ first: number, all: number, outside: string[] }>} its size minified and gzipped, without what it imports
 * later and with it, and the imports that stayed outside
 */
export async function bundleForBrowser(entry) {
  const bundle = await rolldown({ input: entry, platform: 'browser', logLevel: 'silent' })
  try {
    const { output } = await bundle.generate({ format: 'esm', minify: true })
    const chunks = output.filter((part) => part.type === 'chunk')
    const own = new Set(chunks.map((chunk) => chunk.fileName))
    const imported = chunks.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports])
    const size = (parts) => parts.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0)
    const first = new Set(chunks.filter((chunk) => chunk.isEntry))
    for (const chunk of first) for (const other of chunks) if (chunk.imports.includes(other.fileName)) first.add(other)
    return {
      first: size([...first]),
      all: size(chunks),
      outside: [...new Set(imported)].filter((name) => !own.has(name)),
    }
  } finally {
    await bundle.close()
  }
}
