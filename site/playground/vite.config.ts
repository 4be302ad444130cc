import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin, runnerImport } from 'vite'
import { examples } from './examples.js'

const source = (path: string) => fileURLToPath(new URL(`../../packages/${path}`, import.meta.url))

/** The packages' sources, so that nothing has to be built first. */
const alias = [
  { find: /^@arcturus\/([\w-]+)\/internal\/(.+)$/, replacement: source('$1/src/internal/$2.ts') },
  { find: '@arcturus/core/filters', replacement: source('core/src/filter/index.ts') },
  { find: /^@arcturus\/([\w-]+)$/, replacement: source('$1/src/index.ts') },
]

const jsx = { jsx: { runtime: 'automatic', importSource: 'preact' } } as const

/** Writes the examples from the pages of the guide, and the answers of the first one into the page. */
function worlds(): Plugin {
  const all = examples()
  return {
    name: 'worlds',
    async buildStart() {
      const folder = new URL('./src/examples/', import.meta.url)
      mkdirSync(folder, { recursive: true })
      for (const [name, world] of Object.entries(await all))
        writeFileSync(new URL(`${name}.json`, folder), JSON.stringify(world))
    },
    async transformIndexHtml(html) {
      const { module } = await runnerImport<typeof import('./src/shell.js')>(
        fileURLToPath(new URL('./src/shell.tsx', import.meta.url)),
        {
          configFile: false,
          resolve: { alias },
          oxc: jsx,
        },
      )
      return html.replace('<!--app-->', () => module.html).replace('id="first">{}', () => `id="first">${module.json}`)
    },
  }
}

export default defineConfig({
  base: './',
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: { alias },
  oxc: jsx,
  plugins: [worlds()],
  worker: { format: 'es' },
  build: {
    outDir: '../dist/playground',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
