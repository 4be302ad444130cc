import { readdirSync, readFileSync } from 'node:fs'
import { transformWithOxc } from 'vite'
import type { World } from './src/world.js'

const folder = new URL('../../docs/model/', import.meta.url)
const titledBlock = /^```\w+ title="([\w.]+)"\n(.*?)^```$/gms

/** The example that the page begins with. */
export const firstExample = 'organizations'

/** The worlds of the pages of docs/model, by the names of the pages. */
export async function examples(): Promise<Record<string, World>> {
  const found: Record<string, World> = {}
  for (const file of readdirSync(folder).sort()) {
    const text = readFileSync(new URL(file, folder), 'utf8')
    const blocks = new Map([...text.matchAll(titledBlock)].map(([, title, code]) => [title!, code!]))
    const [schema, policy, rows] = ['schema.prisma', 'policy.polar', 'rows.ts'].map((name) => blocks.get(name))
    if (schema === undefined || policy === undefined || rows === undefined) continue
    const { code } = await transformWithOxc(rows, 'rows.ts')
    const facts = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)
    const { rows: tables, questions, actors, context, contexts } = facts
    const world = {
      title: /^# (.*)$/m.exec(text)![1]!,
      schema,
      policy,
      rows: tables,
      questions,
      actors,
      context,
      contexts,
    }
    // Dates become texts, and what is undefined goes.
    found[file.slice(0, -'.md'.length)] = JSON.parse(JSON.stringify(world))
  }
  return found
}
