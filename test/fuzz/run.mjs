// Bundles the fuzz test with the sources of core, so that it runs without a build, and runs it.
import { readdirSync, rmSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'rolldown'
import manifest from '../package.json' with { type: 'json' }

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
// Each run has its own, so that several can run at the same time.
const folder = here(`../node_modules/.cache/fuzz/${process.pid}`)
const file = `${folder}/main.mjs`
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

await build({
  input: here('main.ts'),
  platform: 'node',
  // The package says that only files of `dist` have side effects; `sync` has one.
  treeshake: false,
  external: Object.keys(manifest.devDependencies),
  resolve: {
    alias: {
      '@arcturus/oso': here('../../packages/oso/src/index.ts'),
      '@arcturus/sql': here('../../packages/sql/src/index.ts'),
      '@arcturus/compile': here('../../packages/compile/src/index.ts'),
      '@arcturus/web': here('../../packages/web/src/index.ts'),
      ...Object.fromEntries(
        ['core', 'explain', 'sql', 'testing', 'web', 'writes'].flatMap((of) =>
          readdirSync(here(`../../packages/${of}/src/internal`)).map((name) => [
            `@arcturus/${of}/internal/${name.replace('.ts', '')}`,
            here(`../../packages/${of}/src/internal/${name}`),
          ]),
        ),
      ),
      '@arcturus/core/sync': here('../../packages/core/src/sync.ts'),
      '@arcturus/explain': here('../../packages/explain/src/index.ts'),
      '@arcturus/core/filters': here('../../packages/core/src/filter/index.ts'),
      '@arcturus/core/runtime': here('../../packages/core/src/runtime.ts'),
      '@arcturus/core': here('../../packages/core/src/index.ts'),
      '@arcturus/prisma': here('../../packages/prisma/src/index.ts'),
      '@arcturus/testing/diff': here('../../packages/testing/src/diff/index.ts'),
      '@arcturus/testing': here('../../packages/testing/src/index.ts'),
      '@arcturus/typeorm': here('../../packages/typeorm/src/index.ts'),
    },
  },
  output: { file, format: 'esm', sourcemap: true, codeSplitting: false },
  logLevel: 'warn',
})
// The bundle is not where its sources are.
process.env['ARCTURUS_FUZZ_FOLDER'] = new URL('orm/', import.meta.url).href
await import(pathToFileURL(file).href)
