import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defaultExclude, defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/**
 * Starts the slowest files first, so that at the end no core waits for one of them: the long ones, then those of several packages.
 * All isolated ones are before the others: Vitest ends a worker of shared modules as soon as an isolated file is next.
 */
class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const last = project.config.isolate ? 0 : 3
      if (moduleId.endsWith('.long.test.ts')) return last
      return last + (moduleId.includes('/packages/') ? 2 : 1)
    }
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other))
  }
}

const all = [
  'packages/*/src/**/*.test.{ts,tsx}',
  'test/**/*.test.{ts,tsx}',
  'examples/*/test/**/*.test.ts',
  'editors/*/src/**/*.test.ts',
  'site/playground/test/**/*.test.ts',
]
const shared = [
  'packages/!(cli)/src/**/!(*.isolated*).test.{ts,tsx}',
  'test/{conformance,docs,examples,frameworks,fuzz,hostile,language,mistakes,package,prisma,sql,structure,traps,typeorm}/**/!(*.isolated*).test.ts',
  'examples/{express-prisma,koa-typeorm}/test/**/!(*.isolated*).test.ts',
]
// Among all tests are those of test/examples/copiedOut, which run the examples' own against the packed packages.
const unchosen = process.env['ARCTURUS_TESTS'] === 'all' ? 'examples/*/test/**' : '**/*.long.test.ts'
const excluded = [...defaultExclude, unchosen]
const earlierTypeOrm = realpathSync(source('test/node_modules/typeorm-0.3'))
const managers = 'test/typeorm/authorized*.test.ts'

// Tests run against the sources, so that nothing has to be built first; test/package covers the built packages.
export default defineConfig({
  resolve: {
    alias: [
      // Packages in node_modules load this one; its other form would be another realm.
      { find: /^graphql$/, replacement: 'graphql/index.js' },
      { find: /^@arcturus\/(\w+)\/internal\/(.+)$/, replacement: source('packages/$1/src/internal/$2.ts') },
      { find: '@arcturus/core/sync', replacement: source('packages/core/src/sync.ts') },
      { find: '@arcturus/core/filters', replacement: source('packages/core/src/filter/index.ts') },
      { find: '@arcturus/core/node', replacement: source('packages/core/src/node/index.ts') },
      { find: '@arcturus/core/runtime', replacement: source('packages/core/src/runtime.ts') },
      { find: '@arcturus/core', replacement: source('packages/core/src/index.ts') },
      { find: '@arcturus/authzen', replacement: source('packages/authzen/src/index.ts') },
      { find: '@arcturus/cli/vite', replacement: source('packages/cli/src/vite.ts') },
      { find: '@arcturus/cli', replacement: source('packages/cli/src/index.ts') },
      { find: '@arcturus/explain', replacement: source('packages/explain/src/index.ts') },
      { find: '@arcturus/express', replacement: source('packages/express/src/index.ts') },
      { find: '@arcturus/fastify', replacement: source('packages/fastify/src/index.ts') },
      { find: '@arcturus/hono', replacement: source('packages/hono/src/index.ts') },
      { find: '@arcturus/koa', replacement: source('packages/koa/src/index.ts') },
      { find: '@arcturus/language-service', replacement: source('packages/language-service/src/index.ts') },
      { find: '@arcturus/nest', replacement: source('packages/nest/src/index.ts') },
      { find: '@arcturus/next/config', replacement: source('packages/next/src/config.ts') },
      { find: '@arcturus/next', replacement: source('packages/next/src/index.ts') },
      { find: '@arcturus/policies', replacement: source('packages/policies/src/index.ts') },
      { find: '@arcturus/prettier-plugin', replacement: source('packages/prettier-plugin/src/index.ts') },
      { find: '@arcturus/prisma', replacement: source('packages/prisma/src/index.ts') },
      { find: '@arcturus/testing/diff', replacement: source('packages/testing/src/diff/index.ts') },
      { find: '@arcturus/testing', replacement: source('packages/testing/src/index.ts') },
      { find: '@arcturus/trpc/orpc', replacement: source('packages/trpc/src/orpc.ts') },
      { find: '@arcturus/trpc', replacement: source('packages/trpc/src/index.ts') },
      { find: '@arcturus/typeorm/oso', replacement: source('packages/typeorm/src/oso/index.ts') },
      { find: '@arcturus/react', replacement: source('packages/react/src/index.ts') },
      { find: '@arcturus/oso', replacement: source('packages/oso/src/index.ts') },
      { find: '@arcturus/sql', replacement: source('packages/sql/src/index.ts') },
      { find: '@arcturus/compile', replacement: source('packages/compile/src/index.ts') },
      { find: '@arcturus/web/calls', replacement: source('packages/web/src/callEntry.ts') },
      { find: '@arcturus/web/node', replacement: source('packages/web/src/node/index.ts') },
      { find: '@arcturus/web', replacement: source('packages/web/src/index.ts') },
      { find: '@arcturus/typeorm', replacement: source('packages/typeorm/src/index.ts') },
    ],
  },
  // Limits of time only end tests that hang: a slow machine, or a busy one, must not fail a test.
  test: {
    projects: [
      // These share their modules, which take longer to load than most files take to run. A file that replaces modules, loads
      // another version of one, or must not share one, is named `*.isolated.test.ts`, or `*.isolated.long.test.ts`. The tests of examples/next-prisma
      // replace some too, but applications copy them, with their names. Those of the command have it load TypeScript, by hooks that
      // change how the whole process imports.
      {
        extends: true,
        test: {
          name: 'shared',
          include: [...shared],
          isolate: false,
          setupFiles: ['test/setup/disableStores.ts', 'test/setup/noPartialRows.ts', 'test/setup/sync.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'isolated',
          include: [...all],
          exclude: [...excluded, ...shared],
          setupFiles: ['test/setup/sync.ts'],
        },
      },
      // The managers are classes of the TypeORM that `@arcturus/typeorm` imports: here it is the earlier version.
      {
        extends: true,
        resolve: {
          alias: [
            { find: /^typeorm$/, replacement: `${earlierTypeOrm}/index.mjs` },
            { find: /^typeorm(?=\/)/, replacement: earlierTypeOrm },
          ],
        },
        test: {
          name: 'typeorm 0.3',
          include: process.env['ARCTURUS_TESTS'] === 'all' ? [managers] : [],
          env: { ARCTURUS_TYPEORM: '0.3' },
          isolate: false,
          setupFiles: ['test/setup/sync.ts'],
        },
      },
    ],
    exclude: excluded,
    maxWorkers: '100%',
    // Files that share their modules share what these remember, for all of a run. A larger young generation is collected less often.
    execArgv: ['--max-old-space-size=8192', '--max-semi-space-size=64'],
    sequence: { sequencer: SlowestFirst },
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
  },
})
