import { readFileSync } from 'node:fs'
import { Authorizer } from '@arcturus/core'
import { describeSchema } from '@arcturus/core/internal/language-service'
import { describe, expect, it } from 'vitest'
import { PolicyDocument } from './document.js'
import { LanguageService } from './index.js'

const readme = readFileSync(new URL('../../../docs/classes.md', import.meta.url), 'utf8')
const policy = /```polar title="policy\.polar"\n(.*?)```/s.exec(readme)![1]!
const uri = 'file:///policy.polar'

const id = { type: 'integer', nullable: false } as const
const { schema } = new Authorizer().registerModels([
  { name: 'User', key: 'id', closed: true, fields: { id, email: 'string' } },
  { name: 'Folder', key: 'id', closed: true, fields: { id, owner: { one: 'User', nullable: false } } },
  {
    name: 'Document',
    key: 'id',
    closed: true,
    fields: {
      id,
      isPublic: { type: 'boolean', nullable: false },
      owner: { one: 'User', nullable: false },
      folder: { one: 'Folder', nullable: false },
    },
  },
])
const application = { isWhole: true, schema: describeSchema(schema) }

function opened(text: string): LanguageService {
  const service = new LanguageService(application)
  service.update(uri, text, 1)
  return service
}

/** Returns the lines and codes of what is wrong. */
const told = (text: string): readonly string[] =>
  (opened(text).diagnostics().get(uri) ?? []).map(({ range, code }) => `${range.start.line + 1} ${code}`)

/** The words that a policy is the first to say: its roles, permissions and relations, and the variables of each rule. */
function isNew(word: string, before: string): boolean {
  const statement = before.slice(Math.max(before.lastIndexOf(';'), before.lastIndexOf('}')) + 1)
  if (/(?:roles|permissions) = \[[^\]]*"$|relations = \{ $|allow\(_, "$/.test(statement)) return true
  return /^[a-z]/.test(word) && /[(,] ?$/.test(before) && !new RegExp(`\\b${word}\\b`).test(statement)
}

describe("the README's policy", () => {
  it('is written by completion, except for the names that it gives itself', () => {
    const missed: string[] = []
    let completed = 0
    for (const { 0: word, index } of policy.matchAll(/[A-Za-z]\w*/g)) {
      const before = policy.slice(0, index)
      const position = new PolicyDocument(uri, before, 1).text.positionAt(index)
      const labels = opened(before)
        .complete(uri, position)
        .map(({ label }) => label.replaceAll('"', ''))
      if (labels.some((label) => label === word || label.startsWith(`${word}(`) || label.startsWith(`${word} `)))
        completed++
      else if (!isNew(word, before)) missed.push(`${before.split('\n').at(-1)}|${word}`)
    }
    expect(missed).toEqual([])
    expect(completed).toBeGreaterThan(60)
  })

  it.each([
    ['"read", document: Document', '"read", document: Documnt', '2 unknown-specializer'],
    ['document.isPublic', 'document.isPublc', '2 unknown-field'],
    ['= true', '= "true"', '2 never-equal'],
    ['actor User', 'actr User', '4 block-keyword'],
    ['permissions = ["read"', 'permission = ["read"', '10 unknown-declaration'],
    ['folder: Folder };', 'folder: Foldr };', '12 unregistered-class'],
    ['"edit" if "owner"', '"edit" if "ownr"', '15 undeclared-term'],
    ['"owner" on "folder"', '"owner" on "foldr"', '17 undeclared-term'],
    ['folder.owner = user', 'folder.owner = usr', '20 singleton-variable'],
    ['"folder", document: Document', '"foldr", document: Document', '22 unknown-relation'],
    [
      'has_role(user: User, "owner", document: Document)',
      'has_role(document: Document, "owner", user: User)',
      '21 swapped-arguments',
    ],
  ])('is told of %s → %s', (part, by, mistake) => {
    expect(policy).toContain(part)
    expect(told(policy)).toEqual([])
    expect(told(policy.replace(part, by))).toContain(mistake)
  })
})
