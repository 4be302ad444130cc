import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('docs/explain.md shows the text that its code prints', async () => {
  const folder = new URL('./generated/explain/', import.meta.url)
  const { text } = (await import(new URL('why.ts', folder).href)) as { readonly text: string }
  expect(`${text}\n`).toBe(readFileSync(new URL('why.txt', folder), 'utf8'))
})
