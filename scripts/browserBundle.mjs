import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

/**
 * Bundles entries as a web page would get them.
 * @param {...string} entries paths of modules
 * @returns {Promise<{ first: number, all: number, outside: string[] }>} its size minified and gzipped, without what it imports
 * later and with it, and the imports that stayed outside
 */
export async function bundleForBrowser(...entries) {
  const names = entries.map((_, at) => `entry${at}`)
  const page = [
    ...entries.map((entry, at) => `import * as ${names[at]} from ${JSON.stringify(entry)}`),
    `export { ${names} }`,
  ].join('\n')
  const plugin = {
    name: 'page',
    resolveId: (id) => (id === 'page' ? id : null),
    load: (id) => (id === 'page' ? page : null),
  }
  const bundle = await rolldown({ input: 'page', platform: 'browser', logLevel: 'silent', plugins: [plugin] })
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
