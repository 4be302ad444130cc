// The pages of docs/model, and the titled code blocks in them.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../../docs/model/', import.meta.url))
const titledBlock = /^```\w+ title="([\w.]+)"\n(.*?)^```$/gms

/** The names of the pages that have a schema: `roles`, `teams` … */
export function modelPages() {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.slice(0, -'.md'.length))
    .filter((page) => blocksOf(page).has('schema.prisma'))
}

/** The path of a page. */
export const pathOf = (page) => `${folder}${page}.md`

/** The code blocks of a page, by their titles. */
export function blocksOf(page) {
  const blocks = readFileSync(pathOf(page), 'utf8').matchAll(titledBlock)
  return new Map([...blocks].map(([, title, code]) => [title, code]))
}
