import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { LanguageService } from '@arcturus/language-service'
import { describe, expect, test } from 'vitest'

/** Policies that the benchmark generates, by their shape. */
const { generatedPolicies } = (await import(new URL('../../bench/policies.mjs', import.meta.url).href)) as {
  readonly generatedPolicies: Readonly<Record<string, (rules: number) => { readonly polar: string }>>
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const uri = 'file:///policy.polar'

/** Documents and files whose policies have mistakes on purpose. */
const withMistakes = ['docs/mistakes.md', 'docs/codes.md']

function tracked(pattern: string): readonly string[] {
  const listed = execFileSync('git', ['ls-files', pattern], { cwd: root, encoding: 'utf8' })
  return listed.split('\n').filter((file) => file !== '' && !withMistakes.includes(file))
}

const read = (file: string): string => readFileSync(root + file, 'utf8')
const files = tracked('*.polar').map((file) => [file, read(file)] as const)
/** The names of a context are the application's, so policies that use them have mistakes without it. */
const hasContext = (file: string): boolean => /^export const context = /m.test(read(file))
const documents = tracked('*.md').filter((file) => !hasContext(file))
const blocks = documents.flatMap((file) =>
  [...read(file).matchAll(/^```polar[^\n]*\n([\s\S]*?)^```/gm)].map(
    ([, text], index) => [`${file} ${index}`, text!] as const,
  ),
)

function mistakesOf(text: string): readonly string[] {
  const service = new LanguageService()
  service.update(uri, text, 1)
  return service
    .diagnostics()
    .get(uri)!
    .map(({ range, message }) => `${range.start.line + 1}: ${message}`)
}

describe('without an application, the service finds no mistake in', () => {
  test.each([...files, ...blocks])('%s', (_, text) => {
    expect(mistakesOf(text)).toEqual([])
  })

  test.each(Object.entries(generatedPolicies))('%s', (_, generate) => {
    expect(mistakesOf(generate(300).polar)).toEqual([])
  })
})
