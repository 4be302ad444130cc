// Bundles the fuzz test with the sources of core, so that it runs without a build, and runs it.
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'rolldown'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const file = here('../node_modules/.cache/fuzz/main.mjs')

await build({
  input: here('main.ts'),
  platform: 'node',
  external: ['oso'],
  resolve: { alias: { '@arcturus/core': here('../../packages/core/src/index.ts') } },
  output: { file, format: 'esm', sourcemap: true },
  logLevel: 'warn',
})
await import(pathToFileURL(file).href)
