import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { application, notes } from '../testing/application.js'

const config = notes['arcturus.config.ts']!.replace(
  "{ name: 'User', key: 'id', fields: { id: 'integer', name: 'string' } },",
  "{ name: 'User', key: 'id', fields: { id: 'integer', name: 'string' } },\n  { name: 'Organization', key: 'id', fields: { id: 'string' } },\n  { name: 'Folder', key: 'id', fields: { id: 'string', organization: { one: 'Organization' }, parent: { one: 'Folder' }, sharedWith: { many: 'User' } } },",
).replace('open: () => ({', 'open: () => ({\n    close: () => undefined,')
const polar = `${notes['policy.polar']!}
resource Organization { roles = ["member", "owner"]; "member" if "owner"; }
resource Folder {
  permissions = ["read", "write"];
  roles = ["reader", "writer"];
  relations = { organization: Organization, parent: Folder };
  "read" if "reader";
  "write" if "writer";
  "reader" if "writer";
  "reader" if "member" on "organization";
  "writer" if "writer" on "parent";
}
has_relation(organization: Organization, "organization", folder: Folder) if folder.organization = organization;
has_relation(parent: Folder, "parent", folder: Folder) if folder.parent = parent;
has_role(user: User, "reader", folder: Folder) if user in folder.sharedWith;
has_role(_: User, _: String, _: Organization) if false = true;
`
const run = (blocks: string, ...args: readonly string[]) => {
  const one = application({ 'arcturus.config.ts': config, 'policy.polar': polar, 'folders.test.polar': blocks })
  return one.run('test', 'folders.test.polar', ...args)
}

describe('test blocks of Oso Cloud', () => {
  it('pass if the facts imply what is asserted', async () => {
    const { code, out, error } = await run(`
      # Facts for several tests.
      test fixture acme {
        has_role(User{"alice"}, "member", Organization{"acme"});
        has_relation(Folder{"plans"}, "organization", Organization{"acme"}); # the folder first
      }
      test "members read; {writers} write" {
        setup {
          fixture acme;
          has_role(User{"bob"}, "writer", Folder{"plans"});
          has_relation(Folder{"old"}, "parent", Folder{"plans"});
          shared_with(Folder{"plans"}, User{"carol"});
          is_public(Note{"n"});
        }
        assert allow(User{"alice"}, "read", Folder{"plans"});
        assert_not allow(User{"alice"}, "write", Folder{"plans"});
        assert_not allow(User{"alice"}, "read", Folder{"old"});
        assert has_relation(Folder{"plans"}, "organization", Organization{"acme"});
        assert_not has_relation(Folder{"old"}, "organization", Organization{"acme"});
        assert allow(User{"bob"}, action: String, Folder{"old"}) iff action in ["write", "read"];
        assert allow(User{"eve"}, action: String, Folder{"old"}) iff action in [];
        assert has_role(User{"bob"}, role: String, Folder{"plans"}) iff
          role in ["reader", "writer"];
        assert allow(User{"carol"}, "read", Folder{"plans"});
        assert allow(User{"eve"}, "read", Note{"n"});
        assert_not allow(User{"eve"}, "read", Note{"m"});
        assert_not has_role(User{"eve"}, "owner", Note{"m"});
      }
      test "facts of one test are not those of another" {
        assert_not allow(User{"alice"}, "read", Folder{"plans"});
      }
    `)
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toContain('folders.test.polar, 13 cells')
    expect(out).toContain('13 cells passed, 0 failed')
  })

  it('run as the page about the move has them', async () => {
    const page = readFileSync(new URL('../../../../docs/migrate/oso-cloud.md', import.meta.url), 'utf8')
    const files = [...page.matchAll(/^```\w+ title="([\w.]+)"\n(.*?)^```$/gms)].map(([, name, text]) => [
      name!.replace('.mjs', '.ts'),
      text!,
    ])
    const { out, error } = await application(Object.fromEntries(files)).run('test', 'documents.test.polar')
    expect(error + out).toContain('3 cells passed, 0 failed')
  })

  it('fail with the line, the assertion and what is so instead', async () => {
    const blocks = `test "wrong" {
  setup { has_role(User{"1"}, "reader", Folder{"f"}); }
  assert allow(User{"1"}, "write", Folder{"f"});
  assert_not allow(User{"1"}, "read", Folder{"f"});
  assert allow(User{"1"}, action: String, Folder{"f"}) iff action in ["read", "write"];
  assert_not allow(User{"1"}, "raed", Folder{"f"});
}`
    const { code, out } = await run(blocks)
    expect(code).toBe(1)
    expect(out).toContain('wrong (line 3): assert allow(User{"1"}, "write", Folder{"f"}), but it is false')
    expect(out).toContain('wrong (line 4): assert_not allow(User{"1"}, "read", Folder{"f"}), but it is true')
    expect(out).toContain('iff action in ["read", "write"], but it is ["read"]')
    expect(out).toContain('Unknown action "raed"')
    expect((await run(blocks, '--json')).json).toMatchObject({
      failed: 4,
      files: [{ cells: 4, differences: [{ title: 'wrong', line: 3, answer: 'false' }, {}, {}, {}] }],
    })
  })

  it.each([
    [
      'test "a" { assert allow(User{"1"}, "read") }',
      ':1: Expected an assertion, not: assert allow(User{"1"}, "read") }',
    ],
    ['test "a" { setup { fixture other; } }', 'a fixture that is declared above, not other'],
    ['declare is_public(Note);', 'Expected `test "…" {`, not: declare is_public(Note);'],
    ['test "a" { setup { likes(User{"1"}, Note{"1"}); } }', 'No rule is "likes" with 2 arguments, and no column.'],
    ['test "a" { setup { has_role(User{"1"}, "admin"); } }', 'No rule is "has_role" with 2 arguments, and no column.'],
    ['test "a" { assert allow(Usr{"1"}, "read", Note{"1"}); }', 'Usr is no model with a key of one column.'],
  ])('are refused if they can not be said: %s', async (blocks, message) => {
    expect(await run(blocks)).toMatchObject({ code: 2, error: expect.stringContaining(message) })
  })

  it('say which column has no value', async () => {
    const one = application({
      'policy.polar': 'allow(user: User, "read", note: Note) if note.owner.id = 3 or user.name = "ada";',
      'a.test.polar': 'test "a" { assert_not allow(User{"1"}, "read", Note{"1"}); }',
    })
    expect((await one.run('test', 'a.test.polar')).out).toContain(', but it is id not found on nil.')
  })
})
