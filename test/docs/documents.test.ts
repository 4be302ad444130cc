import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const generated = new URL('./generated/', import.meta.url)

/** The code of the documents but the README, which has a test of its own; what is called a test is one already. */
const files = readdirSync(fileURLToPath(generated))
  .filter((document) => document !== 'README')
  .flatMap((document) =>
    readdirSync(fileURLToPath(new URL(document, generated)))
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => `${document}/${name}`),
  )

test('there are documents with code', () => {
  expect(files.length).toBeGreaterThan(0)
})

test.each(files)('%s does what its comments say', async (file) => {
  await import(new URL(file, generated).href)
})
