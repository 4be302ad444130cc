export class User {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}
export class Team {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}
export class Role {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}
export class Doc {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}

export const red: Team = new Team({ id: 1, name: 'red', parent: null })
const redAgain = new Team({ id: 1, name: 'red', parent: null })
export const blue: Team = new Team({ id: 2, name: 'blue', parent: red })
export const round: Team = new Team({ id: 3, name: 'round' })
Object.assign(round, { parent: round })
const promised = Promise.resolve('reader')
export const fails: Role = Object.defineProperty(new Role({}), 'name', {
  get() {
    throw new Error('no')
  },
})
const role = (name: unknown, team: unknown): Role => new Role({ name, team })

/** The values of the field under test, by name. */
export const values: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  nil: null,
  true: true,
  false: false,
  zero: 0,
  'negative zero': -0,
  'a whole number': 3,
  'a negative fraction': -1.5,
  NaN: Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  'a bigint': 3n,
  'a string': 'reader',
  'the empty string': '',
  'the string "__proto__"': '__proto__',
  'the string "constructor"': 'constructor',
  'a promise': promised,
  'a date': new Date(3),
  'the empty list': [],
  'a list of one string': ['reader'],
  'a list of two strings': ['owner', 'reader'],
  'a list with undefined before the match': ['owner', undefined, 'reader'],
  'a list with undefined after the match': ['reader', undefined],
  'a list with a promise': ['reader', promised],
  'a list of nil and numbers': [null, 3, 3n],
  // biome-ignore lint/suspicious/noSparseArray: that is the case
  'a sparse list': ['a', , 'reader'],
  'a row': red,
  'an equal row': redAgain,
  'a row below it': blue,
  'a row that is its own parent': round,
  'a row without a key': new Team({ name: 'no key' }),
  'a row whose key is nil': new Team({ id: null, name: 'nil as key' }),
  'an object without a prototype': Object.create(null),
  'a function': () => 'reader',
  'a symbol': Symbol('x'),
  'an object whose `then` is a string': Object.fromEntries([
    ['then', 'a word'],
    ['name', 'reader'],
  ]),
  'an object with a length': { length: 3, name: 'reader' },
  'a list of one role': [role('reader', red)],
  'a list of two roles': [role('owner', red), role('reader', blue)],
  'a list of roles, one without a team': [role('reader', redAgain), role('owner', undefined)],
  'a list of a role and nil': [role('reader', red), null],
  'a list of a role and undefined': [role('reader', red), undefined],
  'a list of a role whose team is a promise': [role('reader', promised)],
  'a list of a role whose name is a promise': [role(promised, red)],
  'a list of roles, one without a name': [role('owner', red), role(undefined, red)],
  'a list of three roles': [role('writer', red), role('reader', red), role('owner', red)],
  'a list of a role whose name throws': [fails],
  'a list of a role and one whose name throws': [role('owner', red), fails],
  'a list of a string and a role': ['reader', role('reader', red)],
}

/** The body of a rule, with a title if it is long. */
type Body = string | readonly [title: string, body: string]

/**
 * Bodies of rules by kind, over `user.it`, `user.team` (the red one), `doc.it` and `doc.team` (the
 * blue one).
 */
export const bodiesByKind: Readonly<Record<string, readonly Body[]>> = {
  'truth and equality': [
    'user.it',
    'not user.it',
    '_it = user.it',
    'user.it = "reader"',
    '"reader" = user.it',
    'user.it = 3',
    'user.it = true',
    'user.it = nil',
    'user.it != nil',
    'user.it == nil',
    'user.it != "reader"',
    'user.it == 3',
    'user.it == "reader"',
    'user.it = doc.it',
    'user.it == doc.it',
    'user.it != doc.it',
  ],
  order: ['user.it < 4', 'user.it >= doc.it', 'user.it > "a"', 'user.it < limit'],
  'rows and constants': [
    'user.it = user.team',
    'user.team = user.it',
    'user.it == user.team',
    'user.it != user.team',
    'user.team != user.it',
    'user.it == doc',
    'not user.it == user.team',
    'user.it = limit',
    'user.it = doc',
    'user.it.name = "reader"',
    'user.it.parent.name = "red"',
    'user.it.parent = user.team and user.it.parent.name = "red"',
  ],
  'classes and patterns': [
    'user.it matches Team',
    'user.it matches Team and user.it.name = "blue"',
    'user.it matches {name: "reader"}',
    'user.it matches String',
  ],
  'methods and arithmetic': [
    'user.it.startsWith("read")',
    'user.it.includes(doc.word)',
    'user.it + 1 > 3',
    'user.it / 0 > 3',
    'user.it mod 2 = 1',
    '[user.it, 1] = [3, 1]',
  ],
  'elements of a list': [
    'user.it in ["reader", 3, nil]',
    '"reader" in user.it',
    '"reader" in user.it or "owner" in user.it',
    '"owner" in user.it or 3 in user.it or nil in user.it',
    '"x" in user.it and user.it.length = 3',
    'doc.word in user.it',
    'x in user.it and x = "reader"',
    'x in user.it and x = "reader" or (y in user.it and y = "owner")',
  ],
  'elements that are rows': [
    'r in user.it and r.name = "reader"',
    'r in user.it and r.name = "reader" and r.team = user.team',
    [
      'a row with a name and the team of the resource',
      'r in user.it and r.name = "reader" and r.team = doc.team and doc.team.name = "blue"',
    ],
    [
      'two alternatives over the same rows',
      '(r in user.it and r.name = "writer") or (s in user.it and s.name = "reader" and s.team = user.team)',
    ],
    [
      'three alternatives that differ only in a name',
      '(r in user.it and r.name = "a" and r.team = user.team) or (s in user.it and s.name = "reader" and s.team = user.team) or (t in user.it and t.name = "owner" and t.team = user.team)',
    ],
    '(r in user.it and r.name = "reader") and doc.word = "no"',
    [
      'two rows, before a test that fails',
      '(r in user.it and r.team.name = "red") and s in user.it and s.name = "owner" and doc.word = "no"',
    ],
    [
      'a row, or two rows of one team, before a test that holds',
      '(r in user.it and (r.name = "reader" or s in user.it and s.name = "owner" and r.team = s.team)) and doc.word = "word"',
    ],
    'a in user.it and b in user.it and a.name = b.name and a.team != b.team',
  ],
  'negations over a list': [
    'not "reader" in user.it',
    'forall(r in user.it, r.name = "reader")',
    'forall(r in user.it, r.name = "reader" and r.team.name = "red")',
    'not (r in user.it and r.name = "owner")',
  ],
  'alternatives before a test': [
    '(user.it = nil or user.it > 2) and doc.word = "no"',
    '(user.it > 2 or user.it = "reader") and doc.word = "no"',
    '(user.it = "reader" or user.it = "owner") and doc.word = "no"',
    '(user.it = nil or user.it.name = "red" or user.it.name = "blue") and doc.word = "no"',
    '(user.it = 3 or ("reader" in user.it or user.it > 2) and doc.word = "word") and doc.word = "no"',
    '((r in user.it and r.team.name = "red") or user.it = 3) and doc.word = "no"',
    [
      'the same alternatives before two tests',
      '((user.it = nil or user.it > 2) and doc.word = "no") or ((user.it = nil or user.it > 2) and doc.word = "word")',
    ],
    [
      'the same alternatives before three tests',
      '((user.it = 3 or user.it > 2) and doc.word = "no") or ((user.it = 3 or user.it > 2) and doc.it > 2) or ((user.it = 3 or user.it > 2) and doc.word = "word")',
    ],
    [
      'the same alternatives before rows',
      '((user.it = nil or r in user.it and r.name = "reader") and doc.word = "no") or ((user.it = nil or r in user.it and r.name = "reader") and s in user.it and s.name = "owner")',
    ],
  ],
  'calls of rules': [
    'either(user.it) and doc.word = "no" or either(user.it) and doc.word = "word"',
    'under(user.it, user.team)',
    'under(user.it, doc.team) or user.it = 3',
    'odd(user.it)',
    'either(user.it) and doc.word = "no"',
    'several(user.it) or user.it = 3',
  ],
}

/** Returns the body of an entry of `bodiesByKind`. */
export function bodyOf(body: Body): string {
  return typeof body === 'string' ? body : body[1]
}

/** The rules that the bodies call. */
export const definitions: string = `
  under(team: Team, top: Team) if team = top;
  under(team: Team, top: Team) if team.parent != nil and under(team.parent, top);
  odd(team: Team) if team.name = "red";
  odd(team: Team) if not (team.parent = nil) and even(team.parent);
  even(team: Team) if team.name = "blue" or odd(team.parent);
  either(team) if team.name = "red";
  either(team) if team.parent.name = "red";
  several(team) if team.name = "blue" and cut;
  several(team) if team.name = "red";`
