import { Authorizer, type AuthorizerOptions, type Diagnostic, type ModelDeclaration, PolicyError } from '@arcturus/core'
import { describe, expect, it } from 'vitest'

const id = { type: 'integer', nullable: false } as const
const text = { type: 'string', nullable: false } as const

/** A clinic: its staff, its departments, encounters with patients, and notes about them. */
const models: readonly ModelDeclaration[] = [
  {
    name: 'Staff',
    key: 'id',
    closed: true,
    fields: {
      id,
      name: text,
      active: { type: 'boolean', nullable: false },
      hiredAt: { type: 'date', nullable: false },
      grade: { type: 'enum', values: ['JUNIOR', 'SENIOR'], nullable: false },
      depId: id,
      dep: { one: 'Dep', nullable: false },
    },
  },
  {
    name: 'Dep',
    key: 'id',
    closed: true,
    fields: { id, title: text, parent: { one: 'Dep' }, staff: { many: 'Staff' } },
  },
  {
    name: 'Enc',
    key: 'id',
    closed: true,
    fields: { id, dep: { one: 'Dep', nullable: false }, notes: { many: 'Note' } },
  },
  {
    name: 'Note',
    key: 'id',
    closed: true,
    fields: {
      id,
      text,
      pages: id,
      enc: { one: 'Enc', nullable: false },
      signedAt: 'date',
      author: { one: 'Staff', nullable: false },
      level: { type: 'enum', values: ['LOW', 'HIGH'], nullable: false },
    },
  },
]

const clinic = `allow(actor, action, resource) if has_permission(actor, action, resource);

actor Staff {}

resource Dep {
  roles = ["nurse", "head"];
  permissions = ["read", "staff"];
  relations = { parent: Dep };

  "read" if "nurse";
  "staff" if "head";
  "nurse" if "head";
  "head" if "head" on "parent";
}

resource Enc {
  roles = ["carer"];
  permissions = ["read", "add"];
  relations = { dep: Dep };

  "carer" if "nurse" on "dep";
  "add" if "carer";
  "read" if "add";
}

resource Note {
  roles = ["author"];
  permissions = ["read", "sign"];
  relations = { enc: Enc };

  "read" if "author";
  "read" if "carer" on "enc";
  "sign" if "author";
}

has_role(staff: Staff, "head", dep: Dep) if staff.dep = dep and staff.grade = "SENIOR";
has_role(staff: Staff, "author", note: Note) if note.author = staff;
has_relation(parent: Dep, "parent", dep: Dep) if dep.parent = parent;
has_relation(dep: Dep, "dep", enc: Enc) if enc.dep = dep;
has_relation(enc: Enc, "enc", note: Note) if note.enc = enc;
`

/** The line behind the policy. */
const end = 41

/** A rule with a condition on a member of the staff and a note. */
const sign = (condition: string, more = ''): string =>
  `has_permission(staff: Staff, "sign", note: Note) if staff.active = true and note.pages > 0 and ${condition};\n${more}`

/** The policy with one part in place of another. */
function changed(part: string, by: string): string {
  expect(clinic).toContain(part)
  return clinic.replace(part, by)
}

/** Loads a policy, and returns its errors, or else its warnings. */
function toldBy(policy: string, options: AuthorizerOptions = {}): readonly Diagnostic[] {
  try {
    return new Authorizer({ log: () => {}, ...options }).registerModels(models).loadSync(policy).warnings
  } catch (error) {
    if (error instanceof PolicyError) return error.diagnostics
    throw error
  }
}

const lineOf = ({ span }: Diagnostic): number | undefined => span?.source.position(span.start).line

/** Lines behind the policy, with the line of the mistake from there, the code, and the way out. */
const lines: readonly (readonly [line: string, at: number, code: string, wayOut: string])[] = [
  // Fields, values and classes.
  [sign('staff.grad = "SENIOR"'), 0, 'unknown-field', 'did you mean "grade"?'],
  [
    sign('is_senior(staff)', 'is_senior(person) if person.grad = "SENIOR";'),
    1,
    'unknown-field',
    'did you mean "grade"?',
  ],
  [
    sign('is_of(staff, "SENOR")', 'is_of(person, grade) if person.grade = grade;'),
    0,
    'unknown-value',
    'did you mean "SENIOR"?',
  ],
  [
    sign('top(note)', 'top(n) if is_at(n, "hgh");\nis_at(n, level) if n.level = level;'),
    1,
    'unknown-value',
    'did you mean "HIGH"?',
  ],
  [sign('staff.grade in ["JUNOR", "SENIOR"]'), 0, 'unknown-value', 'did you mean "JUNIOR"?'],
  [sign('note.level != "MEDIUM"'), 0, 'unknown-value', 'use one of its values: LOW, HIGH'],
  [
    sign('since(staff.hiredAt, "2020-01-01")', 'since(day, start) if day >= start;'),
    1,
    'incomparable',
    'compare it with a date',
  ],
  [sign('note.pages = "3"'), 0, 'never-equal', 'write it without quotes: 3'],
  [sign('note.pages = 3 and staff.active = "true"'), 0, 'never-equal', 'write it without quotes: true'],
  [sign('staff.depId = note.enc.dep'), 0, 'never-equal', 'compare its key: note.enc.dep.id'],
  [sign('note.enc.dep.staff = staff'), 0, 'never-equal', 'look for it in the list: staff in note.enc.dep.staff'],
  [sign('note.enc.notes.author = staff'), 0, 'unknown-field', 'read it of an element: one in note.enc.notes'],
  [sign('staff in note.text'), 0, 'never-equal', 'compare its key: staff.id'],
  [sign('staff in note.pages'), 0, 'not-iterable', 'write a list after `in`'],
  [sign('staff in note.enc'), 0, 'not-iterable', 'write a list after `in`'],
  [sign('staff.dep'), 0, 'not-a-condition', 'compare it with a value'],
  [sign('note.signedAt'), 0, 'not-a-condition', 'to ask whether there is one, write: note.signedAt != nil'],
  [sign('not note.signedAt'), 0, 'not-a-condition', 'to ask whether there is one, write: note.signedAt != nil'],
  [sign('note.level = "LOW" and note.level = "HIGH"'), 0, 'contradiction', 'write `or`'],
  [sign('note.level = "LOW" and not note.level = "LOW"'), 0, 'contradiction', 'write `or`'],
  [sign('note.pages = 3 and 5 < note.pages'), 0, 'contradiction', 'write `or`'],
  [sign('note.enc.id < 3 and note.enc.id > 5'), 0, 'contradiction', 'write `or`'],
  [sign('note.signedAt > 2020'), 0, 'incomparable', 'compare it with a date'],
  [sign('note.signedAt > note.pages'), 0, 'incomparable', 'compare it with a date'],
  [sign('note.pages <= staff.hiredAt'), 0, 'incomparable', 'compare it with a date'],
  [
    sign('since(staff.hiredAt, note.pages)', 'since(day, start) if day >= start;'),
    1,
    'incomparable',
    'compare it with a date',
  ],
  [sign('staff.hiredAt + 5 > note.pages'), 0, 'incomparable', 'compute it in the application'],
  [sign('note.text + 1 > 5'), 0, 'incomparable', 'compute it in the application'],
  [sign('note.enc.dep > note.pages'), 0, 'incomparable', 'compare values of one type'],
  [sign('note.enc.notes > 3'), 0, 'incomparable', 'compare values of one type'],
  [sign('staff.grade = note.level'), 0, 'never-equal', 'they have no value in common'],
  [sign('"LOW" in note.level'), 0, 'never-equal', 'write note.level.includes("LOW")'],
  [sign('note.text.lenght > 3'), 0, 'unknown-member', 'did you mean "length"?'],
  [sign('note.text.startsWith = staff.name'), 0, 'unknown-member', 'call it: startsWith(…)'],
  [sign('note.text("x")'), 0, 'unknown-member', 'read it: text'],
  [
    'allow(staff: Staff, "see", resource: Resource) if resource.author = staff;',
    0,
    'unknown-field',
    'name the class that is meant, such as Note',
  ],
  [
    'has_role(actor: Actor, "author", note: Note) if note.author = actor and actor.nme = "x";',
    0,
    'unknown-field',
    'did you mean "name"?',
  ],
  [sign('note.author matches Dep'), 0, 'contradiction', 'name another class'],
  [sign('note.enc.dep.parent.title = staff.name'), 0, 'nil-step', 'check it first: note.enc.dep.parent != nil'],
  [sign('note.text.startWith("x")'), 0, 'unknown-member', 'did you mean "startsWith"?'],
  // Calls and heads.
  [sign('allow(staff, note.enc, "add")'), 0, 'swapped-arguments', 'write allow(actor, action, resource)'],
  [sign('has_role(note, "author", staff)'), 0, 'swapped-arguments', 'write has_role(actor, "role", resource)'],
  [sign('has_role(staff, "author")'), 0, 'wrong-arity', 'change the arguments: rules of this name have 3'],
  [sign('has_role(staff, "head", note)'), 0, 'unknown-role', 'use a declared name: author'],
  [sign('has_role(staff, "hed", note.enc.dep)'), 0, 'unknown-role', 'did you mean "head"?'],
  [sign('has_permission(staff, "sign", note.enc)'), 0, 'unmatched-call', 'use one of: add, read'],
  [
    sign('wrote(note, staff)', 'wrote(staff: Staff, note: Note) if note.author = staff;'),
    0,
    'unmatched-call',
    'change the arguments',
  ],
  [sign('has_relaton(note.enc, "enc", note)'), 0, 'undefined-rule', 'did you mean "has_relation"?'],
  [sign('is_writer(staff, note)'), 0, 'undefined-rule', 'write it: is_writer(…) if …;'],
  [
    'allow(note: Note, "read", staff: Staff) if note.author = staff;',
    0,
    'swapped-arguments',
    'write allow(…: Staff, …, …: Note)',
  ],
  [
    'has_role(note: Note, "author", staff: Staff) if note.author = staff;',
    0,
    'swapped-arguments',
    'write has_role(staff: Staff, …, note: Note)',
  ],
  ['allow(note: Note, "read", dep: Dep) if note.enc.dep = dep;', 0, 'not-an-actor', 'actors are of Staff'],
  [
    'has_role(staff: Stff, "author", note: Note) if note.author = staff;',
    0,
    'unknown-specializer',
    'did you mean "Staff"?',
  ],
  [
    'has_role(staff: Staff, "head", note: Note) if note.author = staff;',
    0,
    'unknown-role',
    'use a declared name: author',
  ],
  [
    'has_permission(staff: Staff, "sign", note: Note) if note.author = stff;',
    0,
    'singleton-variable',
    'did you mean "staff"?',
  ],
  ['has_role(s: Staff, "author", n: Note) if n.author = s;', 0, 'repeated-rule', 'remove it'],
  [
    'has_permission(staff: Staff, "delete", note: Note) if note.author = staff;',
    0,
    'unknown-permission',
    'use a declared name: read, sign',
  ],
  [
    'resource Ward { permissions = ["read"]; roles = ["guest"]; "read" if "guest"; }',
    0,
    'unregistered-class',
    'register it',
  ],
  // Forms of other languages, and of Oso Cloud.
  [sign('note.author === staff'), 0, 'unexpected-token', 'write "="'],
  [sign('note.author <> staff'), 0, 'unexpected-token', 'write "!="'],
  [sign('note.text =~ staff.name'), 0, 'invalid-character', 'there are no regular expressions'],
  [sign('note.author = staff && note.pages < 3'), 0, 'invalid-character', 'write "and"'],
  [sign("note.text = 'x'"), 0, 'invalid-character', 'write a string in double quotes: "…"'],
  [sign('note.signedAt = null'), 0, 'singleton-variable', 'did you mean "nil"?'],
  [sign('staff.active = True'), 0, 'singleton-variable', 'did you mean "true"?'],
  ['global { roles = ["admin"]; }', 0, 'cloud-form', 'give the actor a field'],
  ['declare is_public(Note);', 0, 'cloud-form', 'write a rule type'],
  ['test "x" { setup { has_role(Staff{"a"}, "author", Note{"n"}); } }', 0, 'cloud-form', '`arcturus test` runs'],
]

/** Parts of the policy that are replaced. */
const parts: readonly (readonly [part: string, by: string, line: number, code: string, wayOut: string])[] = [
  [
    'has_role(staff: Staff, "author"',
    'has_roel(staff: Staff, "author"',
    37,
    'uncalled-rule',
    'did you mean "has_role"?',
  ],
  ['has_relation(dep', 'has_relaton(dep', 39, 'missing-required-rule', 'did you mean "has_relation"?'],
  ['allow(actor, action', 'alow(actor, action', 1, 'uncalled-rule', 'did you mean "allow"?'],
  ['action, resource);', 'action, resurce);', 1, 'singleton-variable', 'did you mean "resource"?'],
  ['["read", "staff"]', '["raed", "staff"]', 7, 'undeclared-term', 'did you mean "read"?'],
  ['["nurse", "head"]', '["nusre", "head"]', 6, 'undeclared-term', 'did you mean "nurse"?'],
  ['["read", "sign"]', '["read", "sing"]', 33, 'undeclared-term', 'did you mean "sing"?'],
  ['"add" if "carer";', '"add" if "nurse";', 22, 'undeclared-term', 'declare it in the block of Enc'],
  ['"nurse" if "head";', '"nurse" if "head"; "head" if "nurse";', 12, 'circular-roles', 'remove one of the rules'],
  ['"head" if "head" on', '"head" if "head" from', 13, 'relation-keyword', 'did you mean "on"?'],
  ['"carer" if "nurse" on', '"carer" if "carer" on', 21, 'undeclared-related-term', 'declare it in the block of Dep'],
  ['parent: Dep }', 'parent: Dpe }', 8, 'unregistered-class', 'did you mean "Dep"?'],
  ['{ enc: Enc }', '{ enk: Enc }', 29, 'undeclared-term', 'did you mean "enc"?'],
  ['"carer" on "enc"', '"carer" on "enk"', 32, 'undeclared-term', 'did you mean "enc"?'],
  ['roles = ["author"]', 'role = ["author"]', 27, 'unknown-declaration', 'did you mean "roles"?'],
  [
    '"sign" if "author";',
    '"sign" if "author"; "read" if is_public(resource);',
    33,
    'cloud-form',
    'write the rule outside of the block',
  ],
  ['"author", note: Note', '"auhtor", note: Note', 37, 'unknown-role', 'did you mean "author"?'],
  ['"enc", note: Note', '"ecn", note: Note', 40, 'unknown-relation', 'did you mean "enc"?'],
  [
    '(dep: Dep, "dep", enc: Enc)',
    '(enc: Enc, "dep", dep: Dep)',
    39,
    'swapped-arguments',
    'write has_relation(dep: Dep, …, enc: Enc)',
  ],
]

describe('a planted mistake', () => {
  it('is not in the policy itself', () => {
    expect(toldBy(clinic)).toEqual([])
  })

  it.each(lines)('is told once, with the way out: %s', (line, at, code, wayOut) => {
    const told = toldBy(clinic + line)
    expect(told.map((one) => [one.code, lineOf(one)])).toEqual([[code, end + at]])
    expect(told[0]?.hint).toContain(wayOut)
  })

  it.each(parts)('is told once, with the way out: %s → %s', (part, by, line, code, wayOut) => {
    const told = toldBy(changed(part, by))
    expect(told.map((one) => [one.code, lineOf(one)])).toEqual([[code, line]])
    expect(told[0]?.hint).toContain(wayOut)
  })

  it('is told if has_permission is only called by itself', () => {
    const [first, ...others] = toldBy(
      changed(
        'allow(actor, action, resource) if has_permission(actor, action, resource);',
        'allow(actor: Staff, action, resource) if has_role(actor, action, resource);',
      ),
    )
    expect([first?.code, others]).toEqual(['missing-has-permission', []])
  })

  it('is told if all rules have the misspelt name of a relation', () => {
    const told = toldBy(clinic.replaceAll('"enc"', '"enk"').replace('{ enc: Enc }', '{ enk: Enc }'))
    expect(told.map((one) => [one.code, lineOf(one), one.hint])).toEqual([
      ['unknown-relation', 29, 'did you mean "enc"?'],
    ])
  })

  it('keeps both messages of two classes without a block', () => {
    const told = toldBy('allow(a, b, c) if has_permission(a, b, c);\nhas_permission(_: Staff, "read", _: Note);')
    expect(told.map(({ message }) => message)).toEqual([
      'Staff is used as an actor, but has no block.',
      'Note is used as a resource, but has no block.',
    ])
  })
})

describe('an actor that is none', () => {
  const authorizerOf = (options: AuthorizerOptions) => {
    const authorizer = new Authorizer(options).registerModels(models)
    authorizer.loadSync(clinic)
    return authorizer
  }

  it.each([
    ['a number', () => 2, 'A number is no actor of the policy: it may do nothing.'],
    [
      'a row of another model',
      (one: Authorizer) => one.as('Note', { id: 1 }),
      'A Note is no actor of the policy: it may do nothing.',
    ],
  ])('is told at its first check: %s', (_, actorOf, message) => {
    const warnings: Diagnostic[] = []
    const authorizer = authorizerOf({ log: (warning) => warnings.push(warning) })
    const actor = actorOf(authorizer)
    for (const pages of [1, 2])
      expect(authorizer.can(actor, 'read', authorizer.as('Note', { id: 1, pages }))).toBe(false)
    expect(warnings.map((one) => [one.code, one.message, one.hint])).toEqual([
      ['not-an-actor', message, expect.stringContaining('pass a row of Staff')],
    ])
    const strict = authorizerOf({ strict: true })
    expect(() => strict.can(actorOf(strict), 'read', strict.as('Note', { id: 1 }))).toThrow(message)
  })

  it('is neither nobody nor a member of the staff', () => {
    const warnings: Diagnostic[] = []
    const authorizer = authorizerOf({ log: (warning) => warnings.push(warning) })
    const dep = authorizer.as('Dep', { id: 1, title: '', parent: null })
    const staff = authorizer.as('Staff', { id: 1, grade: 'JUNIOR', dep })
    for (const actor of [null, staff]) expect(authorizer.can(actor, 'read', dep)).toBe(false)
    expect(warnings).toEqual([])
  })
})
