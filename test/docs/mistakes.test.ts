import { readFileSync } from 'node:fs'
import { type Diagnostic, PolicyError } from '@arcturus/core'
import { expect, test } from 'vitest'

const folder = new URL('./generated/mistakes/', import.meta.url)
const { authorizerOf, Clock } = await import(new URL('models.ts', folder).href)
const base = readFileSync(new URL('base.polar', folder), 'utf8')
const page = readFileSync(new URL('../../docs/mistakes.md', import.meta.url), 'utf8')

/** The rows of the tables of lines, with the message and the hint of each. */
const rows = [...page.matchAll(/^\| `(.*?)` +\| (.*?) +\|(?: (.*?))? +\|$/gm)].map(
  ([, line, message, hint]) => [line!, message!, hint ?? ''] as const,
)

test('there are tables of mistakes', () => {
  expect(rows.length).toBeGreaterThan(20)
})

test('the base policy has no warning', () => {
  authorizerOf(base, { strict: true })
})

test.each(rows)('%s is reported', (line, message, hint) => {
  const [first] = diagnosticsOf(`${base}\n${line}`)
  expect(first?.message).toBe(message)
  expect((first?.hint ?? '').startsWith(hint), first?.hint).toBe(true)
})

/** The errors of a policy, or its warnings if it loads. */
function diagnosticsOf(text: string): readonly Diagnostic[] {
  try {
    const authorizer = authorizerOf('allow(_, "read", _);').registerClass(Clock)
    return authorizer.loadSync(text).warnings
  } catch (error) {
    if (error instanceof PolicyError) return error.diagnostics
    throw error
  }
}
