import { describe, expect, test } from 'vitest'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { Application } from './analysis.js'
import { PolicyDocument } from './document.js'
import { LanguageService } from './index.js'

const uri = 'file:///policy.polar'

const text = (nullable = false) => ({ kind: 'scalar', type: 'string', nullable, list: false }) as const
const one = (model: string) =>
  ({ kind: 'relation', model, many: false, nullable: false, kept: true, from: [], to: [] }) as const

const model = (name: string, fields: readonly object[]) => ({
  ...{ name, key: ['id'], closed: true, isValue: false, hasInstanceCheck: false, ancestors: undefined },
  ...{ fields: fields as never, methods: [], statics: {} },
})

const application: Application = {
  isWhole: true,
  schema: {
    constants: { Limits: { kind: 'object', members: { most: { kind: 'value', value: 3 } } } },
    models: [
      model('User', [
        { ...text(), name: 'id' },
        { ...text(), name: 'email' },
        { ...text(), name: 'plan', type: 'enum', values: ['FREE', 'PRO'] },
        { ...one('Team'), name: 'team' },
        { ...one('Team'), name: 'teams', many: true },
      ]),
      model('Team', [
        { ...text(), name: 'id' },
        { ...text(), name: 'title' },
      ]),
      model('Document', [
        { ...text(), name: 'id' },
        { ...text(true), name: 'title' },
        { ...text(), name: 'isPublic', type: 'boolean' },
        { ...one('User'), name: 'owner' },
        { ...one('Team'), name: 'team' },
      ]),
    ],
  },
}

const policy = `allow(actor, action, resource) if has_permission(actor, action, resource);

actor User {}

# Documents belong to teams.
resource Document {
  roles = ["reader", "writer"];
  permissions = ["read", "edit"];
  relations = { team: Team };

  "read" if "reader";
  "edit" if "writer";
  "reader" if "writer";
  "writer" if "member" on "team";
}

resource Team {
  roles = ["member"];
}

has_role(user: User, "reader", document: Document) if document.owner = user;
has_role(user: User, "member", team: Team) if team in user.teams;
has_relation(team: Team, "team", document: Document) if document.team = team;
`

/** Opens a policy whose mark \`|\` is the position. */
function at(source: string, options = application) {
  const offset = source.indexOf('|')
  const written = source.replace('|', '')
  const service = new LanguageService(options)
  service.update(uri, written, 1)
  const position = new PolicyDocument(uri, written, 1).text.positionAt(offset)
  return { service, position, labels: () => service.complete(uri, position).map(({ label }) => label) }
}

const codes = (service: LanguageService): readonly unknown[] =>
  service
    .diagnostics()
    .get(uri)!
    .map(({ code, range }) => `${range.start.line + 1} ${code}`)

test('a valid policy has no diagnostics', () => {
  expect(codes(at(`${policy}|`).service)).toEqual([])
})

test('mistakes in different statements do not hide each other', () => {
  const broken = policy
    .replace('"edit" if "writer";', '"edit" if "writter";')
    .replace('document.owner = user;', 'document.ovner = user;')
    .replace('team in user.teams;', 'team in user.teams')
  expect(codes(at(`${broken}|`).service)).toEqual(['22 missing-semicolon', '12 undeclared-term', '21 unknown-field'])
})

test.each([
  ['a field', 'document.owner', 'document.ovner'],
  ['the name of a rule in its head', 'allow(actor,', 'alow(actor,'],
  ['the name of a rule in a call', 'if has_permission(', 'if has_premission('],
  ['a variable', 'document.owner', 'documnet.owner'],
  ['a text', '"edit" if "writer"', '"edit" if "wrtier"'],
])('a misspelt name is fixed at its place: %s', (_, right, wrong) => {
  const broken = policy.replace(right, wrong)
  const { service } = at(`${broken}|`)
  const told = service.diagnostics().get(uri)!
  const [fix] = service.fixes(uri, told[0]!.range)
  const edits = fix!.edit!.changes![uri]!
  expect(told).toHaveLength(1)
  expect(TextDocument.applyEdits(TextDocument.create(uri, 'polar', 1, broken), edits)).toBe(policy)
})

test.each([
  ['u.a = 1 && d.b = 2', 'u.a = 1 and d.b = 2'],
  ['u.a = 1&&d.b = 2', 'u.a = 1 and d.b = 2'],
  ['u.a = 1 || d.b = 2', 'u.a = 1 or d.b = 2'],
  ['!(u.a = d.b)', 'not (u.a = d.b)'],
  ['u.a = 1 and !d.b', 'u.a = 1 and not d.b'],
])('the sign of another language is changed to a word: %s', (written, fixed) => {
  const service = new LanguageService()
  const textOf = (body: string) => `f(u, d) if ${body};`
  service.update(uri, textOf(written), 1)
  const [told] = service.diagnostics().get(uri)!
  const [fix] = service.fixes(uri, told!.range)
  const document = TextDocument.create(uri, 'polar', 1, textOf(written))
  expect(TextDocument.applyEdits(document, fix!.edit!.changes![uri]!)).toBe(textOf(fixed))
})

describe('completion', () => {
  test.each([
    ['fields', 'allow(user: User, "read", document: Document) if document.|', ['title', 'owner', 'team']],
    ['fields of relations', 'allow(user: User, "read", document: Document) if document.owner.te|', ['team', 'teams']],
    ['fields of elements', 'allow(user: User, "read", _: Team) if team in user.teams and team.|;', ['title']],
    ['values of enums', 'allow(user: User, "read", _: Team) if user.plan = |', ['"FREE"', '"PRO"']],
    ['values in quotes', 'allow(user: User, "read", _: Team) if user.plan = "|"', ['"FREE"', '"PRO"']],
    ['values in lists', 'allow(user: User, "read", _: Team) if user.plan in ["FREE", "|"];', ['"PRO"']],
    ['classes', 'allow(user: |', ['User', 'Team', 'Document', 'Actor']],
    ['fields of patterns', 'allow(user: User{|', ['email', 'plan']],
    ['values of patterns', 'allow(user: User{plan: |', ['"PRO"']],
    ['keywords', 'allow(_: User, _, _) |', ['if']],
    ['operators', 'allow(user: User, _, _) if user.plan |', ['and', 'or', 'in', 'matches']],
    ['variables and rules', `${policy}allow(user: User, "x", doc: Document) if |`, ['user', 'doc', 'has_role', 'not']],
    ['roles', `${policy}allow(user: User, "x", doc: Document) if has_role(user, |`, ['"reader"', '"writer"']],
    ['permissions of heads', `${policy}has_permission(user: User, "|", doc: Document)`, ['"read"', '"edit"']],
    ['blocks', '|', ['actor', 'resource', 'type']],
    ['classes of blocks', 'resource |', ['Team', 'Document']],
    ['declarations', 'resource Team {\n  |\n}', ['roles', 'permissions', 'relations']],
    ['terms', `${policy.replace('"edit" if "writer"', '"edit" if |')}`, ['"reader"', '"writer"', '"member"']],
    ['related terms', `${policy.replace('on "team"', 'on |')}`, ['"team"']],
    ['members of constants', 'allow(user: User, "x", _: Team) if user.id = Limits.|', ['most']],
  ])('offers %s', (_, source, wanted) => {
    expect(at(source).labels()).toEqual(expect.arrayContaining(wanted as string[]))
  })

  test('offers nothing in comments', () => {
    expect(at('allow(_, _, _); # us|').labels()).toEqual([])
  })

  test('offers no keyword that the grammar does not accept', () => {
    const labels = at('allow(user: User, "read", _: Team) if user.plan |').labels()
    expect(labels).not.toContain('if')
    expect(labels).not.toContain('not')
  })

  test('replaces the whole word, and the quotes around a text', () => {
    const inWord = at('allow(user: User, "read", document: Document) if document.ti|tle = "";')
    expect(inWord.service.complete(uri, inWord.position)[0]?.textEdit).toMatchObject({
      range: { start: { character: 58 }, end: { character: 63 } },
    })
    const inQuotes = at('allow(user: User, "read", _: Team) if user.plan = "|" and true;')
    expect(inQuotes.service.complete(uri, inQuotes.position)[0]?.textEdit).toMatchObject({
      range: { start: { character: 50 }, end: { character: 52 } },
    })
  })
})

describe('hover', () => {
  test.each([
    ['a class of a variable', policy.replace('document.owner', 'docu|ment.owner'), 'document: Document'],
    ['the class of an element', policy.replace('document.team = team', 'document.team = te|am'), 'team: Team'],
    ['a column', policy.replace('document.owner', 'document.ow|ner'), 'Document.owner: User'],
    [
      'cases of a rule',
      `${policy}allow_field(u, "read", d, _) if has_|role(u, "reader", d);`,
      'has_role(user: User, "member", team: Team) if team in user.teams',
    ],
    ['a role', policy.replace('"reader" if', '"rea|der" if'), 'role "reader" of Document'],
  ])('shows %s', (_, source, wanted) => {
    const { service, position } = at(source)
    expect(service.hover(uri, position)?.contents).toMatchObject({ value: expect.stringContaining(wanted) })
  })

  test('shows the condition of a permission in words', () => {
    const { service, position } = at(policy.replace('"read" if', '"re|ad" if'))
    expect(service.hover(uri, position)?.contents).toMatchObject({
      value: expect.stringMatching(/\*\*read\*\* a Document:\n\n- A User may if `.*owner.*`/),
    })
  })
})

describe('rename', () => {
  test('renames a role in all files', () => {
    const { service, position } = at(policy.replace('"reader" if', '"rea|der" if'))
    service.update('file:///more.polar', 'has_role(user: User, "reader", document: Document) if user.email = "x";\n', 1)
    const { changes } = service.rename(uri, position, 'viewer')!
    expect(changes![uri]).toHaveLength(4)
    expect(changes!['file:///more.polar']).toEqual([
      { range: { start: { line: 0, character: 22 }, end: { line: 0, character: 28 } }, newText: 'viewer' },
    ])
  })

  test.each([
    ['a field', policy.replace('document.owner', 'document.ow|ner'), 'x', 'application'],
    ['a rule of the library', policy.replace('has_role(', 'has_|role('), 'x', 'library'],
    [
      'a variable to a keyword',
      policy.replace('document.owner = user', 'document.owner = us|er'),
      'in',
      'not a valid name',
    ],
    ['a variable to another', policy.replace('document.owner = user', 'document.owner = us|er'), 'document', 'exists'],
    ['a role to another', policy.replace('"reader" if', '"rea|der" if'), 'writer', 'exists'],
  ])('refuses to rename %s', (_, source, name, message) => {
    const { service, position } = at(source)
    expect(() => service.rename(uri, position, name)).toThrow(message)
  })
})

test('definitions and references of a rule are found in all files', () => {
  const { service, position } = at('allow(user: User, "read", _: Team) if is_a|dmin(user);')
  service.update('file:///rules.polar', 'is_admin(user: User) if user.plan = "PRO";', 1)
  expect(service.definitions(uri, position)).toMatchObject([{ uri: 'file:///rules.polar' }])
  expect(service.references(uri, position)).toHaveLength(2)
})

test('signature help shows the heads of a rule and the parameter', () => {
  const { service, position } = at(`${policy}allow(u: User, "x", d: Document) if has_role(u, |`)
  const help = service.signatureHelp(uri, position)!
  expect(help.signatures[0]?.label).toBe('has_role(user: User, "reader", document: Document)')
  expect(help.activeParameter).toBe(1)
})

test('outline, folding and semantic tokens follow the statements', () => {
  const { service } = at(`${policy}|`)
  expect(service.outline(uri).map(({ name }) => name)).toContain('resource Document')
  expect(service.foldingRanges(uri)).toContainEqual({ startLine: 5, endLine: 14 })
  const { data } = service.semanticTokens(uri)
  expect(data.length % 5).toBe(0)
  expect(data.length).toBeGreaterThan(100)
})

describe('formatting', () => {
  test('formats a document with its line breaks and its byte order mark', async () => {
    const source = '\uFEFFallow( _,"read",_ );\r\n\r\n\r\nallow(_,"edit",_);\r\n'
    const service = new LanguageService()
    service.update(uri, source, 1)
    const [edit] = await service.format(uri)
    const { text } = new PolicyDocument(uri, source, 1)
    const [start, end] = [text.offsetAt(edit!.range.start), text.offsetAt(edit!.range.end)]
    expect(source.slice(0, start) + edit!.newText + source.slice(end)).toBe(
      '\uFEFFallow(_, "read", _);\r\n\r\nallow(_, "edit", _);\r\n',
    )
  })

  test('formats the statements of a range alone', async () => {
    const service = new LanguageService()
    service.update(uri, 'allow( _,"read",_ );\nallow( _,"edit",_ );\n', 1)
    const edits = await service.format(uri, { start: { line: 1, character: 0 }, end: { line: 1, character: 5 } })
    expect(edits.map(({ range }) => range.start.line)).toEqual([1])
  })

  test('leaves a text with syntax errors as it is', async () => {
    const service = new LanguageService()
    service.update(uri, 'allow( _', 1)
    expect(await service.format(uri)).toEqual([])
  })
})

test('a document of an unknown application tells only what is wrong by itself', () => {
  const service = new LanguageService()
  service.update(uri, 'allow(user: User, "read", doc: Doc) if is_owner(user, doc) and Config.open;\nallow(_, _, _', 1)
  expect(codes(service)).toEqual(['2 unexpected-end'])
})
