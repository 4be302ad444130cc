import { readFileSync } from 'node:fs'
import { ArcturusError, Authorizer, PolicyError } from '@arcturus/core'
import { expect, test } from 'vitest'
import { codes } from '../../packages/core/src/language/codes.js'
import { type Entry, sections } from './codes.js'

const models = await import(new URL('./generated/mistakes/models.ts', import.meta.url).href)
const base = readFileSync(new URL('./generated/mistakes/base.polar', import.meta.url), 'utf8')
const meanings: Readonly<Record<string, string>> = codes
const entries = Object.values(sections).flatMap((section) => Object.entries(section))

/** All codes that a policy has, or an expression throws. */
async function codesOf({ policy = base, ask }: Entry): Promise<readonly string[]> {
  try {
    const authorizer = models.authorizerOf(' ').registerClass(models.Clock)
    const { warnings } = authorizer.loadSync(policy)
    if (ask === undefined) return warnings.map(({ code }: { readonly code: string }) => code)
    const { User, Document } = models
    const user = new User(true)
    const known = {
      authorizer,
      empty: new Authorizer(),
      user,
      document: new Document(user),
      Authorizer,
      Document,
      User,
    }
    const run = new Function(...Object.keys(known), `return (async () => { ${ask} })()`)
    await run(...Object.values(known))
    return []
  } catch (error) {
    if (error instanceof PolicyError) return error.diagnostics.map(({ code }) => code)
    if (error instanceof ArcturusError) return [error.code]
    throw error
  }
}

const fenced = (language: string, code: string | undefined) =>
  code === undefined ? [] : [`\`\`\`${language}\n${code}\n\`\`\``]

const page = () =>
  [
    '# Codes',
    '<!-- Made by test/docs/codes.test.ts from test/docs/codes.ts: `npx vitest run test/docs/codes -u`. -->',
    'Every error and diagnostic has one of these codes. They are stable, so programs may rely on them. The examples are run: each\nreports its code.',
    ...Object.entries(sections).flatMap(([title, section]) => [
      `## ${title}`,
      ...Object.entries(section).flatMap(([code, { cause, fix, policy, ask }]) => [
        `### ${code}`,
        [meanings[code], cause].filter(Boolean).join(' '),
        `**Fix:** ${fix}`,
        ...fenced('polar', policy),
        ...fenced('ts', ask),
      ]),
    ]),
  ].join('\n\n')

test('docs/codes.md is up to date', async () => {
  await expect(`${page()}\n`).toMatchFileSnapshot('../../docs/codes.md')
})

test('every code has an entry', () => {
  expect(entries.map(([code]) => code).sort()).toEqual(Object.keys(codes).sort())
})

test.each(entries.filter(([, { policy, ask }]) => policy ?? ask))(
  'the example of %s reports it',
  async (code, entry) => {
    expect(await codesOf(entry)).toContain(code)
  },
)
