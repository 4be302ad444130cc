import { Authorizer } from '@arcturus/core'
import { describeSchema } from '@arcturus/core/internal/language-service'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LanguageService } from './index.js'

const main = `allow(actor, action, resource) if has_permission(actor, action, resource);
allow(user: User, "list", _: Folder) if user.active;

actor User {}
resource Folder {
  roles = ["reader", "owner"];
  permissions = ["read", "write"];
  relations = { parent: Folder };
  "reader" if "owner";
  "read" if "reader";
  "write" if "owner";
  "owner" if "owner" on "parent";
}

has_role(user: User, "owner", folder: Folder) if folder.owner = user and is_active(user);
has_role(user: User, "reader", folder: Folder) if is_open(folder) and user.name = "ada";
has_relation(parent: Folder, "parent", folder: Folder) if folder.parent = parent;
`
const helpers = `# What rules share.
is_active(user) if user.active and not is_blocked(user);
is_blocked(x) if x.name = "mallory";
is_open(folder: Folder) if folder.title = "open" or opened(folder);
opened(x) if is_open_to_all(x);
is_open_to_all(x) if x.title = "all" and x.size > 5;
type is_blocked(user: User);
?= not is_blocked(new User({ name: "ada" }));
`
const text = { type: 'string', nullable: false } as const

const authorizer = new Authorizer({ log: () => {} })
authorizer.registerModels([
  {
    name: 'User',
    key: 'id',
    closed: true,
    fields: { id: text, name: text, active: { type: 'boolean', nullable: false } },
  },
  {
    name: 'Folder',
    key: 'id',
    closed: true,
    fields: {
      id: text,
      title: text,
      size: { type: 'integer', nullable: false },
      owner: { one: 'User', nullable: false },
      parent: { one: 'Folder' },
    },
  },
])
const schema = describeSchema(authorizer.schema)

const words = [...new Set(`${main} ${helpers}`.match(/"\w+"|\w+|[^\s\w]/g)!)]
const lines = [...main.split('\n'), ...helpers.split('\n')]
const part = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...words) },
  { weight: 2, arbitrary: fc.constantFrom(...lines).map((line) => `\n${line}\n`) },
  fc.constantFrom('', '', ';', '{', '"', '#', ' ', 'x', 'global {}', 'test "a" {}'),
)

/** Exchanges, removes or adds words and lines of one of two texts. */
const edit = fc.record({ file: fc.nat(1), at: fc.nat(300), remove: fc.nat(3), insert: part, isLine: fc.boolean() })

function edited(text: string, { at, remove, insert, isLine }: typeof edit extends fc.Arbitrary<infer T> ? T : never) {
  const parts = text.match(isLine ? /[^\n]*\n|[^\n]+$/g : /"\w+"|\w+|\s+|[^\s\w]/g) ?? []
  parts.splice(at % (parts.length + 1), remove, insert)
  return parts.join('')
}

const edits = fc.array(edit, { minLength: 1, maxLength: 8 })

test('a service after any edits shows what a new one shows', () => {
  fc.assert(
    fc.property(edits, (all) => {
      const application = { isWhole: true, schema }
      const service = new LanguageService(application)
      const texts = [main, helpers]
      for (const [index, one] of all.entries()) {
        texts[one.file] = edited(texts[one.file]!, one)
        const fresh = new LanguageService(application)
        for (const each of [service, fresh])
          for (const [file, text] of texts.entries()) each.update(`file:///${file}.polar`, text, index)
        expect(service.diagnostics()).toEqual(fresh.diagnostics())
      }
    }),
    { numRuns: process.env['ARCTURUS_TESTS'] === 'all' ? 100 : 40 },
  )
})
