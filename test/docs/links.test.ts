import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const documents = [
  '.',
  'docs',
  'docs/recipes',
  'docs/model',
  'docs/reference',
  'docs/maintainers',
  'docs/migrate',
  'docs/production',
  'bench',
  ...foldersIn('packages'),
  ...foldersIn('examples'),
].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
)

function foldersIn(folder: string): string[] {
  return readdirSync(join(root, folder)).map((name) => join(folder, name))
}

const withoutCode = (text: string) => text.replaceAll(/^ *```.*?^ *```$/gms, '')

/** The names that GitHub gives to the headings of a document. */
function anchorsIn(file: string): Set<string> {
  const headings = [...withoutCode(readFileSync(file, 'utf8')).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!)
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

test.each(documents)('%s has no broken links', (name) => {
  const links = [...withoutCode(readFileSync(join(root, name), 'utf8')).matchAll(/\]\(([^)\s]+)\)/g)]
  const dead = links
    .map(([, link]) => link!)
    .filter((link) => !/^\w+:/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#')
      const file = path === '' ? join(root, name) : join(root, dirname(name), path)
      return !existsSync(file) || (anchor !== undefined && !anchorsIn(file).has(anchor))
    })
  expect(dead).toEqual([])
})
