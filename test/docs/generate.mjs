// Takes the titled code blocks out of the documents, each document a folder and each block a file of it, so that they are
// compiled and run like any other code. A line `expression // value` becomes an assertion; what follows a colon is prose.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const documents = ['README']

const titledBlock = /^```\w+ title="([\w.]+)"\n(.*?)^```$/gms
const claim = /^(\S.*?) \/\/ (true|false|Set \{.*?\})(?::.*)?$/gm

function asserted(code) {
  const checked = code.replace(claim, (_, expression, value) => {
    const expected = value.replace(/^Set \{(.*)\}$/, 'new Set([$1])')
    return `assert.deepEqual(${expression}, ${expected})`
  })
  return checked === code ? code : `import assert from 'node:assert/strict'\n${checked}`
}

rmSync(path('./generated'), { recursive: true, force: true })
for (const document of documents) {
  const folder = path(`./generated/${document}`)
  mkdirSync(`${folder}/prisma`, { recursive: true })
  const text = readFileSync(path(`../../${document}.md`), 'utf8')
  for (const [, title, code] of text.matchAll(titledBlock)) {
    writeFileSync(`${folder}/${title}`, title.endsWith('.ts') ? asserted(code) : code)
  }
  // What documents import as their Prisma client is that of the tests' schema "readme".
  writeFileSync(
    `${folder}/prisma/client.ts`,
    "export * from '../../../../prisma/generated/readme-sqlite/client/client.js'\n",
  )
}
