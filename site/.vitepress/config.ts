import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig, type SiteConfig } from 'vitepress'

const root = fileURLToPath(new URL('../../', import.meta.url))
const polar = JSON.parse(readFileSync(join(root, 'editors/vscode/syntaxes/polar.tmLanguage.json'), 'utf8'))

const page = (text: string, link: string) => ({ text, link })
const pages = (...entries: readonly (readonly [text: string, link: string])[]) =>
  entries.map(([text, link]) => page(text, link))

const sidebar = [
  { text: 'Tour', items: pages(['An application', '/'], ['Polar', '/polar'], ['Your own classes', '/classes']) },
  {
    text: 'Model your domain',
    items: pages(
      ['What decides?', '/model/'],
      ['One door', '/model/one-door'],
      ['Roles of an application', '/model/roles'],
      ['Roles per organization', '/model/organizations'],
      ['Roles that customers define', '/model/custom-roles'],
      ['Handing out roles', '/model/handing-out-roles'],
      ['Teams', '/model/teams'],
      ['Sharing, and links', '/model/sharing'],
      ['Hierarchies', '/model/hierarchies'],
      ['Public rows', '/model/public'],
      ['Block lists', '/model/blocks'],
      ['States of a row', '/model/states'],
      ['Time-bound access', '/model/time'],
      ['Step-up and amounts', '/model/step-up'],
      ['Break-glass', '/model/break-glass'],
      ['Delegation and agents', '/model/delegation'],
      ['Fields', '/model/fields'],
      ['Quotas', '/model/quotas'],
      ['Jobs and services', '/model/jobs'],
      ['Several tenants', '/model/tenants'],
      ['Two apps, one policy', '/model/two-apps'],
      ['Rules as text', '/model/idioms'],
    ),
  },
  {
    text: 'Guard, list, write, fields',
    items: pages(
      ['Reading and writing', '/writing'],
      ['The context', '/context'],
      ['Next.js', '/next'],
      ['NestJS', '/nest'],
      ['Other frameworks', '/frameworks'],
      ['Other stores', '/stores'],
      ['SQL', '/sql'],
      ...readdirSync(join(root, 'docs/recipes')).map(
        (file) => [file.replace('.md', ''), `/recipes/${file.replace('.md', '')}`] as const,
      ),
    ),
  },
  { text: 'Test in CI', items: pages(['Testing', '/testing'], ['Mistakes that are reported', '/mistakes']) },
  {
    text: 'Explain and debug',
    items: pages(['Why, and why not', '/explain'], ['Codes', '/codes'], ['Editors', '/editor']),
  },
  { text: 'Go to production', items: pages(['In production', '/production'], ['Compiled policies', '/compiled']) },
  {
    text: 'Migrate',
    items: pages(
      ['From oso and CASL', '/migrating'],
      ['Differences from oso', '/differences-from-oso'],
      ['Adapters', '/adapters'],
    ),
  },
  {
    text: 'Reference',
    items: [
      ...pages(['Packages', '/packages'], ['Types', '/types']),
      ...readdirSync(join(root, 'packages')).map((name) => page(name, `/packages/${name}`)),
    ],
  },
]

/** The address of a file of the repository that is a page, or of a folder with one. */
function addressOf(file: string): string | undefined {
  const source = existsSync(join(root, file, 'README.md')) ? join(file, 'README.md') : file
  if (source === 'README.md') return '/'
  const named = /^(packages|examples)\/([^/]+)\/README\.md$/.exec(source)
  if (named) return `/${named[1]}/${named[2]}`
  const page = /^(?:docs\/)?((?:[\w-]+\/)*[\w-]+)\.md$/.exec(source)?.[1]
  const isPage = page !== undefined && (source.startsWith('docs/') || !source.includes('/'))
  // A dead link stays one: the build fails for it.
  return isPage && page !== 'CHANGELOG'
    ? `/${page.replace(/\bindex$/, '')}`
    : source.endsWith('.md') && !existsSync(join(root, source))
      ? `/${source}`
      : undefined
}

/** The pages as text beside their HTML, and an index of them for language models. */
function writeTexts({ pages, outDir, rewrites }: SiteConfig): void {
  const entries = pages.map((file) => {
    const source = rewrites.inv[file] ?? file
    const path = rewrites.map[source] ?? source
    const text = readFileSync(join(root, source), 'utf8')
    mkdirSync(dirname(join(outDir, path)), { recursive: true })
    writeFileSync(join(outDir, path), text)
    return `- [${/^# (.*)$/m.exec(text)?.[1] ?? path}](${path})`
  })
  writeFileSync(
    join(outDir, 'llms.txt'),
    `# Arcturus\n\n> Authorization for TypeScript.\n\n${entries.sort().join('\n')}\n`,
  )
}

export default defineConfig({
  title: 'Arcturus',
  description: 'Authorization for TypeScript: one policy for routes, lists and writes',
  base: process.env['SITE_BASE'] ?? '/',
  srcDir: '..',
  outDir: './dist',
  srcExclude: [
    '{test,editors,bench,scripts,tarballs,shared}/**',
    'examples/*/*/**',
    '**/dist/**',
    'site/**',
    '**/generated/**',
    'CHANGELOG.md',
  ],
  rewrites: {
    'README.md': 'index.md',
    'docs/:path(.*)': ':path',
    'packages/:name/README.md': 'packages/:name.md',
    'examples/:name/README.md': 'examples/:name.md',
  },
  ignoreDeadLinks: 'localhostLinks',
  themeConfig: { sidebar, search: { provider: 'local' }, outline: 'deep' },
  markdown: {
    languages: [{ ...polar, name: 'polar' }],
    config: (md) => {
      const fence = md.renderer.rules.fence!
      md.renderer.rules.fence = (tokens, index, options, env, self) => {
        const title = /title="([\w.]+)"/.exec(tokens[index]!.info)?.[1]
        const code = fence(tokens, index, options, env, self)
        return title === undefined ? code : `<div class="file">${title}</div>${code}`
      }
      // Links are those of the repository. A folder is its README; what is no page of the site has no address in it.
      md.core.ruler.push('links', ({ tokens, env }) => {
        const { realPath, path: alias } = env as { readonly realPath?: string; readonly path: string }
        for (const child of tokens.flatMap(({ children }) => children ?? [])) {
          const link = child.type === 'link_open' ? child.attrGet('href') : null
          if (!link || /^(\w+:|#|\/)/.test(link)) continue
          const [path = '', anchor] = link.split('#')
          const address = addressOf(relative(root, join(dirname(realPath ?? alias), path)))
          child.attrSet('href', address === undefined ? '#' : address + (anchor === undefined ? '' : `#${anchor}`))
        }
      })
    },
  },
  buildEnd: writeTexts,
})
