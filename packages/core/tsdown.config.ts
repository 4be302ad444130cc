import { fileURLToPath } from 'node:url'
import type { UserConfig } from 'tsdown'

type ModuleInfoOf = (id: string) => { readonly importedIds: readonly string[] } | null

/** The modules that an entry is made of. */
function reached(entry: string, infoOf: ModuleInfoOf, found: Set<string> = new Set()): ReadonlySet<string> {
  if (found.has(entry)) return found
  found.add(entry)
  for (const id of infoOf(entry)?.importedIds ?? []) reached(id, infoOf, found)
  return found
}

/** Each file that entries share, with the modules whose imports it holds, but for those of the files before it. */
const files = [
  ['values', 'compiled/runtime.ts'],
  ['start', 'authorizer/authorizer.ts', 'editing/schemaDescription.ts'],
  ['predicates', 'authorizer/plans/evaluator.ts'],
  ['building', 'authorizer/policies/building.ts'],
  ['filtering', 'authorizer/filtering.ts'],
] as const
/** The modules of entries. The imports of one that come later stay out of shared files: bundlers keep all of a file. */
const entries: ReadonlySet<string> = new Set(
  [...['compiled/runtime', 'index', 'sync', 'authorizer/authorizer']].map((name) => path(`${name}.ts`)),
)

function path(file: string): string {
  return fileURLToPath(new URL(`src/${file}`, import.meta.url))
}

/**
 * What entries share, in as few files as can be, since finding and reading them is much of what importing takes. What an
 * entry imports late is in files of its own.
 */
function sharedFile(id: string, infoOf: ModuleInfoOf): string | null {
  if (entries.has(id)) return null
  if (id.startsWith('\0')) return 'values'
  return files.find(([, ...roots]) => roots.some((root) => reached(path(root), infoOf).has(id)))?.[0] ?? null
}

/**
 * Writes other characters than those of ASCII as escapes: V8 reads a file of ASCII faster, and keeps it in half the memory. They
 * stand in texts, templates and regular expressions alone.
 */
const ascii: NonNullable<UserConfig['plugins']> = {
  name: 'ascii',
  generateBundle(_, bundle) {
    for (const part of Object.values(bundle)) {
      if (part.type !== 'chunk' || !/\.[cm]js$/.test(part.fileName)) continue
      part.code = part.code.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    }
  },
}

/** Makes modules of the parser's two packages: bundlers put what others need into a file of its own. */
const parserModules: NonNullable<UserConfig['plugins']> = {
  name: 'parser-modules',
  transform(code, id) {
    if (!/[\\/](?:moo|nearley)\.js$/.test(id)) return null
    // Where `Object.prototype` is frozen, only a property of its own can be assigned.
    const own = code.replace(
      /(\w+)\.prototype\.toString = /g,
      (all, name) =>
        `Object.defineProperty(${name}.prototype, 'toString', { writable: true, configurable: true }); ${all}`,
    )
    return { code: `const module = { exports: {} };${own}\nexport default module.exports`, map: null }
  },
}

const config: UserConfig = {
  entry: {
    index: 'src/index.ts',
    sync: 'src/sync.ts',
    filters: 'src/filter/index.ts',
    node: 'src/node/index.ts',
    runtime: 'src/runtime.ts',
    'internal/cli': 'src/internal/cli.ts',
    'internal/compile': 'src/internal/compile.ts',
    'internal/explain': 'src/internal/explain.ts',
    'internal/language-service': 'src/internal/language-service.ts',
    'internal/oso': 'src/internal/oso.ts',
    'internal/policies': 'src/internal/policies.ts',
    'internal/prettier-plugin': 'src/internal/prettier-plugin.ts',
    'internal/prisma': 'src/internal/prisma.ts',
    'internal/runtime': 'src/internal/runtime.ts',
    'internal/sql': 'src/internal/sql.ts',
    'internal/testing': 'src/internal/testing.ts',
    'internal/typeorm': 'src/internal/typeorm.ts',
    'internal/web': 'src/internal/web.ts',
    'internal/writes': 'src/internal/writes.ts',
  },
  // Errors print the address of their code, if the site has one.
  define: { ARCTURUS_DOCS: JSON.stringify(process.env['ARCTURUS_DOCS'] ?? '') },
  format: ['esm', 'cjs'],
  dts: true,
  // The main entry runs anywhere; `node` imports what only Node.js has.
  platform: 'neutral',
  fixedExtension: true,
  // The parser's two packages are put in: finding and reading packages is most of what importing takes.
  deps: { neverBundle: [/^node:/], alwaysBundle: ['moo', 'nearley'] },
  inputOptions: { resolve: { mainFields: ['module', 'main'] } },
  plugins: [ascii, parserModules],
  outputOptions: {
    // Who reads what a function does reads its types, which keep their comments.
    comments: { jsdoc: false },
    codeSplitting: {
      groups: [{ name: (id, context) => sharedFile(id, (module) => context.getModuleInfo(module)) }],
      includeDependenciesRecursively: false,
    },
  },
  // Shorter names are read faster; those that stack traces show stay.
  minify: { compress: true, mangle: { toplevel: false }, codegen: { removeWhitespace: false } },
  target: 'node20',
}

export default config
