import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import * as prettier from 'prettier'
import { describe, expect, test } from 'vitest'
import { print } from '../../core/src/language/print.js'
import { arbitraryFile } from '../../core/src/language/testing/arbitraryAst.js'
import { policies } from '../../core/src/language/testing/policies.js'
import { tokensOf } from '../../core/src/language/testing/tokensOf.js'
import { FormatError, format } from './format.js'
import * as plugin from './index.js'

/** Many more in `npm run test:all`. */
const runs = process.env['ARCTURUS_TESTS'] === 'all' ? 600 : 120

const root = fileURLToPath(new URL('../../../', import.meta.url))
const tracked = execFileSync('git', ['ls-files', '*.polar'], { cwd: root, encoding: 'utf8' }).trim().split('\n')
const shared = existsSync(join(root, '../shared'))
  ? readdirSync(join(root, '../shared'), { recursive: true, encoding: 'utf8' }).map((file) => join('../shared', file))
  : []
const files = [...tracked, ...shared.filter((file) => file.endsWith('.polar'))]

describe('format', () => {
  test('prints one style', async () => {
    const text = `resource   Document{
 roles = ['x];`.replace("['x]", '["reader","writer"]')
    const formatted = await format(`${text}  "reader" if "writer" ;


 "read" if "reader"  ; relations={folder:Folder};}
allow(user,"read",doc:Document{owner:user,}) if (doc.isPublic=true);
allow(_,"read",d)if(d.folder.owner.name = "a long name that needs some room" or d.isPublic=true)and not d.isDeleted=true;
`)
    expect(formatted).toBe(`resource Document {
  roles = ["reader", "writer"];
  "reader" if "writer";

  "read" if "reader";
  relations = { folder: Folder };
}
allow(user, "read", doc: Document{owner: user}) if doc.isPublic = true;
allow(_, "read", d) if
  (d.folder.owner.name = "a long name that needs some room" or d.isPublic = true) and
  not d.isDeleted = true;
`)
  })

  test('keeps comments, empty lines and the line break after if', async () => {
    const text = `# Who may read.
resource Document {
  # Nothing yet.
}

resource Folder { # first
  roles = [
    "reader", # one
    # two
    "writer"
  ];
  # last
}
allow(user, "read", doc) if # why

  doc.owner = user and # the owner

  # or a friend
  (doc.x = 1 or # odd
  doc.y = user); # end
# prettier-ignore
allow(user,   "read",   doc);
# the end`
    expect(await format(text)).toBe(`# Who may read.
resource Document {
  # Nothing yet.
}

resource Folder {
  # first
  roles = [
    "reader", # one
    # two
    "writer",
  ];
  # last
}
allow(user, "read", doc) if
  # why

  doc.owner = user and # the owner

  # or a friend
  (
    doc.x = 1 or # odd
    doc.y = user
  ); # end
# prettier-ignore
allow(user,   "read",   doc);
# the end
`)
  })

  test('keeps an empty text, and comments alone', async () => {
    expect(await format('')).toBe('')
    expect(await format('\n\n')).toBe('')
    expect(await format('# a\n\n\n# b')).toBe('# a\n\n# b\n')
  })

  test('refuses a policy with syntax errors, and tells all of them', async () => {
    const error = await format('allow(;\nallow(_, _, _) iff x;', { name: 'policy.polar' }).catch((reason) => reason)
    expect(error).toBeInstanceOf(FormatError)
    expect(error).toMatchObject({ code: 'invalid-policy' })
    expect(error.diagnostics).toHaveLength(2)
    expect(error.message).toContain('policy.polar:2:16')
  })

  test.each(files.map((file) => [file.slice(root.length), file]))(
    'changes nothing but white space in %s',
    async (_, file) => {
      const formatted = await format(readFileSync(join(root, file), 'utf8'))
      expect(await format(formatted)).toBe(formatted)
    },
  )

  test.each(policies)('formats a policy of all forms', async (text) => {
    const formatted = await format(text)
    expect(await format(formatted)).toBe(formatted)
  })

  test('keeps trees and comments of random policies, and changes nothing the second time', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFile.map(print).chain(withComments), async (text) => {
        // `format` itself compares the tree and the comments.
        const formatted = await format(text)
        expect(await format(formatted)).toBe(formatted)
      }),
      { numRuns: runs },
    )
  })
})

/** Draws white space and comments between the tokens of a text. */
function withComments(text: string): fc.Arbitrary<string> {
  const tokens = tokensOf(text)
  const gap = fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom('', ' ', ' ', ' ') },
    { weight: 3, arbitrary: fc.constantFrom('\n', '\n\n', '\n \n\n', '\t') },
    {
      weight: 2,
      arbitrary: fc.constantFrom('# one\n', '\n# two\n', ' #\n', '\n\n# three\n\n', '#a\n#b\n', '\r\n  # c \r\n'),
    },
  )
  return fc.array(gap, { minLength: tokens.length + 1, maxLength: tokens.length + 1 }).map((gaps) =>
    [...tokens, undefined]
      .map((token, index) => {
        const before = text.slice(tokens[index - 1]?.end ?? 0, token?.start ?? text.length)
        return `${before}${gaps[index]}${token?.text ?? ''}`
      })
      .join(''),
  )
}

describe('the plugin of Prettier', () => {
  test('formats files of the extension, with the options of the project', async () => {
    const text = 'allow(user, "read", document) if document.owner = user and document.isPublic = true;'
    const options = { filepath: 'policy.polar', plugins: [plugin as unknown as prettier.Plugin] }
    expect(await prettier.format(text, options)).toBe(`${text}\n`)
    expect(await prettier.format(text, { ...options, printWidth: 60, tabWidth: 4 })).toBe(
      'allow(user, "read", document) if\n    document.owner = user and\n    document.isPublic = true;\n',
    )
    expect((await prettier.getFileInfo('policy.polar', { plugins: options.plugins })).inferredParser).toBe('polar')
  })

  test('reports the place of a syntax error', async () => {
    await expect(
      prettier.format('allow(;', { parser: 'polar', plugins: [plugin as unknown as prettier.Plugin] }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('(1:7)'),
      loc: { start: { line: 1, column: 7 } },
    })
  })
})
