import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig, type SiteConfig } from 'vitepress'

const root = fileURLToPath(new URL('../../', import.meta.url))
const polar = JSON.parse(readFileSync(join(root, 'editors/vscode/syntaxes/polar.tmLanguage.json'), 'utf8'))

const page = (text: string, link: string) => ({ text, link })
const pages = (...entries: readonly (readonly [text: string, link: string])[]) =>
  entries.map(([text, link]) => page(text, link))
/** The heading of a page, which names it. */
const headingOf = (text: string, otherwise: string) => /^# (.*)$/m.exec(text)?.[1] ?? otherwise

const sidebar = [
  {
    text: 'Tour',
    items: pages(
      ['An application', '/'],
      ['Tour', '/tour'],
      ['Choose', '/choose'],
      ['Polar', '/polar'],
      ['Your own classes', '/classes'],
    ),
  },
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
      ['Rules about requests', '/requests'],
      ['Next.js', '/next'],
      ['NestJS', '/nest'],
      ['Other frameworks', '/frameworks'],
      ['Other stores', '/stores'],
      ['SQL', '/sql'],
      ['How every framework answers', '/behaviours'],
      ...readdirSync(join(root, 'docs/recipes')).map((file) => {
        const name = file.replace('.md', '')
        return [headingOf(readFileSync(join(root, 'docs/recipes', file), 'utf8'), name), `/recipes/${name}`] as const
      }),
    ),
  },
  {
    text: 'Test in CI',
    items: pages(
      ['Testing', '/testing'],
      ['Coverage and differences', '/coverage'],
      ['Mistakes that are reported', '/mistakes'],
    ),
  },
  {
    text: 'Explain and debug',
    items: pages(
      ['Troubleshooting', '/troubleshooting'],
      ['Why, and why not', '/explain'],
      ['The playground', '/playground'],
      ['Codes', '/codes'],
      ['Editors', '/editor'],
    ),
  },
  {
    text: 'Go to production',
    items: pages(
      ['Overview', '/production/'],
      ['Audit', '/production/audit'],
      ['Roll out a policy', '/production/rollout'],
      ['Start', '/production/start'],
      ['Failure', '/production/failure'],
      ['Sizing', '/production/sizing'],
      ['Several processes', '/production/processes'],
      ['Compiled policies', '/compiled'],
      ['For a security reviewer', '/security-review'],
    ),
  },
  {
    text: 'Migrate',
    items: pages(
      ['From oso', '/migrating'],
      ['From CASL', '/migrate/casl'],
      ['From ZenStack', '/migrate/zenstack'],
      ['From Cerbos', '/migrate/cerbos'],
      ['From OpenFGA or SpiceDB', '/migrate/openfga'],
      ['From Oso Cloud', '/migrate/oso-cloud'],
      ['Compare answers', '/migrate/compare'],
      ['Differences from oso', '/differences-from-oso'],
      ['Adapters', '/adapters'],
    ),
  },
  {
    text: 'Reference',
    items: [
      ...pages(['Packages', '/packages'], ['Types', '/types']),
      ...readdirSync(join(root, 'docs/reference')).map((file) => {
        const name = file.replace('.md', '')
        return page(name, `/reference/${name}`)
      }),
    ],
  },
  {
    text: 'For maintainers',
    items: pages(['Contribute', '/CONTRIBUTING'], ['Prisma', '/maintainers/prisma']),
  },
  {
    text: 'Packages',
    items: readdirSync(join(root, 'packages')).map((name) => page(name, `/packages/${name}`)),
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

/** The address of a link in a page, without the base of the site: undefined if it leads to no page. */
function linkAddress(source: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#')
  const address = addressOf(relative(root, join(dirname(join(root, source)), path)))
  return address === undefined || anchor === undefined ? address : `${address}#${anchor}`
}

/** Whether a link is a path in the repository. */
const isPath = (link: string) => !/^(\w+:|#|\/)/.test(link)

/** The pages as text beside their HTML, and an index of them for language models. */
function writeTexts({ pages, outDir, rewrites }: SiteConfig): void {
  const entries = pages.map((file) => {
    const source = rewrites.inv[file] ?? file
    const path = rewrites.map[source] ?? source
    const text = readFileSync(join(root, source), 'utf8').replace(/(?<=\]\()[^()\s]+(?=\))/g, (link) => {
      const address = isPath(link) ? linkAddress(source, link) : undefined
      return address === undefined
        ? link
        : relative(dirname(`/${path}`), address.replace(/\/(?=#|$)/, '/index').replace(/(?=#|$)/, '.md'))
    })
    mkdirSync(dirname(join(outDir, path)), { recursive: true })
    writeFileSync(join(outDir, path), text)
    return `- [${headingOf(text, path)}](${path})`
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
  head: [['link', { rel: 'icon', href: 'data:,' }]],
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
  themeConfig: {
    nav: [{ text: 'Playground', link: '/playground/index.html', target: '_self' }],
    sidebar,
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          options: {
            // A code such as `not-a-function` is a word, besides its parts. VitePress sends the text of this function to the page.
            tokenize: (text: string) => [
              ...text.split(/[\n\r\p{Z}\p{P}]+/u),
              ...(text.match(/[a-z]+(?:-[a-z]+)+/g) ?? []),
            ],
          },
        },
      },
    },
    outline: 'deep',
  },
  markdown: {
    // Every colour of these, comments too, has a contrast of 4.5 or more.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-default' },
    languages: [{ ...polar, name: 'polar' }],
    config: (md) => {
      const fence = md.renderer.rules.fence!
      md.renderer.rules.fence = (tokens, index, options, env, self) => {
        const title = /title="([\w.]+)"/.exec(tokens[index]!.info)?.[1]
        const code = fence(tokens, index, options, env, self)
        return title === undefined ? code : `<div class="file">${title}</div>${code}`
      }
      // A page of the guide with a world of its own has it in the playground, which loads once it is opened.
      md.core.ruler.push('playground', ({ tokens, env, Token }) => {
        const { realPath, path } = env as { readonly realPath?: string; readonly path: string }
        const name = /docs\/model\/([\w-]+)\.md$/.exec(realPath ?? path)?.[1]
        const heading = tokens.findIndex(({ type }) => type === 'heading_close')
        const hasWorld = tokens.some(({ info }) => info.includes('title="rows.ts"'))
        if (name === undefined || heading < 0 || !hasWorld) return
        const block = new Token('html_block', '', 0)
        const address = `../playground/index.html#example=${name}`
        block.content = `<details class="try"><summary>Try it here: change the policy or a row</summary>
<iframe loading="lazy" title="The tables, rows and policy of this page in the playground" src="${address}"></iframe>
<a href="${address}" target="_self">Open it in a page of its own</a></details>\n`
        tokens.splice(heading + 1, 0, block)
      })
      // Links are those of the repository. A folder is its README; what is no page of the site is no link in it.
      md.core.ruler.push('links', ({ tokens, env }) => {
        const { realPath, path } = env as { readonly realPath?: string; readonly path: string }
        for (const { children } of tokens) {
          for (const [index, open] of (children ?? []).entries()) {
            const link = open.type === 'link_open' ? open.attrGet('href') : null
            if (!link || !isPath(link)) continue
            const address = linkAddress(relative(root, realPath ?? path), link)
            const close = children!.slice(index).find(({ type }) => type === 'link_close')!
            if (address !== undefined) open.attrSet('href', address)
            else for (const token of [open, close]) Object.assign(token, { type: 'text', content: '' })
          }
        }
      })
    },
  },
  vite: {
    plugins: [
      {
        // Pages are outside this folder, so that `vue` is not found from them; the built server code is inside.
        name: 'vue-of-the-site',
        enforce: 'pre',
        resolveId: (id, _importer, { ssr }) => (ssr && /^vue(\/|$)/.test(id) ? { id, external: true } : undefined),
      },
    ],
  },
  buildEnd: writeTexts,
})
