import { describe, expect, test } from 'vitest'
import { parseFile } from './parse.js'
import { Source } from './source.js'

/** Returns the diagnostics of a policy, as `line:column code message`, and how many statements are left. */
function parsed(text: string): readonly [found: readonly string[], statements: number] {
  const source = new Source(text)
  const { file, diagnostics } = parseFile(source)
  const found = diagnostics.map(({ code, message, span }) => {
    const { line, column } = source.position(span!.start)
    return `${line}:${column} ${code} ${message}`
  })
  return [found, file.statements.length]
}

describe('a form of Oso Cloud', () => {
  test.each([
    [
      'tests',
      'test "members" {\n setup { has_role(User{"a"}, "member", Org{"b"}); }\n assert allow(User{"a"}, "read", Org{"b"});\n}\ntest "more" { assert_not x; }',
      ['1:1 cloud-form Tests in policies are a form of Oso Cloud, which the library does not have.'],
      0,
    ],
    [
      'declare',
      'declare has_role(User, String, Org);',
      ['1:1 cloud-form `declare` is a form of Oso Cloud, which the library does not have.'],
      0,
    ],
    [
      'global roles',
      'global { roles = ["admin"]; }',
      ['1:1 cloud-form Global roles and permissions are a form of Oso Cloud, which the library does not have.'],
      0,
    ],
    [
      'conditions in blocks',
      'resource Org { "read" if is_public(resource); "read" if "a" and "b"; "read" if global "admin"; "read" if not "c"; "read" if "a" on "b" or "c"; }',
      ['1:16 cloud-form Conditions in blocks are a form of Oso Cloud, which the library does not have.'],
      1,
    ],
    [
      'rules for all roles',
      'resource Org { role if role on "parent"; }',
      ['1:16 cloud-form `role if role on "…"` is a form of Oso Cloud, which the library does not have.'],
      1,
    ],
  ])('is reported once: %s', (_, text, found, left) => {
    expect(parsed(`${text}\nf(1);`)).toEqual([found, left + 1])
  })

  test.each([
    'test(1); declare(x) if x = 1; global(2);',
    'resource test { roles = ["a"]; } actor declare {} global::x(1);',
    'resource Org { "a" if "b"; "a" if "b" on "c"; "a" if "b" onn "c"; }',
  ])('is no rule of another name: %s', (text) => {
    expect(parsed(text)[0]).toEqual([])
  })

  test('does not hide other errors', () => {
    const [found] = parsed('resource Org { "a" if ; "b" "c"; }\ntest x;')
    expect(found.map((one) => one.split(' ')[1])).toEqual(['unexpected-token', 'unexpected-token', 'unexpected-token'])
  })

  test('ends with the text', () => {
    expect(parsed('test "a" { {')[0]).toHaveLength(1)
    expect(parsed('declare f(')[0]).toHaveLength(1)
  })
})
