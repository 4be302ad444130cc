// Takes the titled code blocks out of the documents, each document a folder and each block a file of it, so that they are
// compiled and run like any other code. A line `expression // value` becomes an assertion, and so does `… // throws Class`; what
// follows a colon is prose.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const root = path('../../')

/** Every document by the name of its folder. */
const documents = new Map([['README', 'README.md']])
for (const file of readdirSync(`${root}docs`).filter((name) => name.endsWith('.md')))
  documents.set(file.slice(0, -'.md'.length), `docs/${file}`)
for (const [folder, prefix] of Object.entries({
  recipes: 'recipe',
  model: 'model',
  reference: 'reference',
  migrate: 'migrate',
  production: 'production',
}))
  for (const file of readdirSync(`${root}docs/${folder}`).filter((name) => name.endsWith('.md')))
    documents.set(`${prefix}-${file.slice(0, -'.md'.length)}`, `docs/${folder}/${file}`)
for (const name of readdirSync(`${root}packages`))
  if (existsSync(`${root}packages/${name}/README.md`)) documents.set(`package-${name}`, `packages/${name}/README.md`)

const titledBlock = /^```\w+ title="([\w.]+)"\n(.*?)^```$/gms
const claim = /^(\S.*?) \/\/ (true|false|undefined|-?\d+(?:\.\d+)?|'.*?'|Set \{.*?\}|\[.*?\])(?::.*)?$/gm
const throwing = /^(\S.*?) \/\/ throws (\w+)(?::.*)?$/gm

function asserted(code) {
  const checked = code
    .replace(claim, (_, expression, value) => {
      const expected = value.replace(/^Set \{(.*)\}$/, 'new Set([$1])')
      return `assert.deepEqual(${expression}, ${expected})`
    })
    .replace(
      throwing,
      (_, expression, name) => `await assert.rejects(async () => { ${expression} }, { name: '${name}' })`,
    )
  return checked === code ? code : `import assert from 'node:assert/strict'\n${checked}`
}

rmSync(path('./generated'), { recursive: true, force: true })
for (const [name, file] of documents) {
  const blocks = [...readFileSync(root + file, 'utf8').matchAll(titledBlock)]
  if (blocks.length === 0) continue
  const folder = path(`./generated/${name}`)
  mkdirSync(`${folder}/prisma`, { recursive: true })
  for (const [, title, code] of blocks) {
    // The tour goes on with the application of the README.
    const place = name === 'tour' && title === 'arcturus.config.ts' ? path('./generated/README') : folder
    writeFileSync(`${place}/${title}`, title.endsWith('.ts') ? asserted(code) : code)
  }
  // What documents import as their Prisma client is that of the tests' schema "readme".
  writeFileSync(
    `${folder}/prisma/client.ts`,
    "export * from '../../../../prisma/generated/readme-sqlite/client/client.js'\n",
  )
}
