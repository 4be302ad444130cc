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

/** The values of the field under test. */
export const values: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  3,
  -1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  3n,
  'reader',
  '',
  '__proto__',
  'constructor',
  promised,
  new Date(3),
  [],
  ['reader'],
  ['owner', 'reader'],
  ['owner', undefined, 'reader'],
  ['reader', undefined],
  ['reader', promised],
  [null, 3, 3n],
  // biome-ignore lint/suspicious/noSparseArray: that is the case
  ['a', , 'reader'],
  red,
  redAgain,
  blue,
  round,
  new Team({ name: 'no key' }),
  new Team({ id: null, name: 'nil as key' }),
  Object.create(null),
  () => 'reader',
  Symbol('x'),
  Object.fromEntries([
    ['then', 'a word'],
    ['name', 'reader'],
  ]),
  { length: 3, name: 'reader' },
  [role('reader', red)],
  [role('owner', red), role('reader', blue)],
  [role('reader', redAgain), role('owner', undefined)],
  [role('reader', red), null],
  [role('reader', red), undefined],
  [role('reader', promised)],
  [role(promised, red)],
  [role('owner', red), role(undefined, red)],
  [role('writer', red), role('reader', red), role('owner', red)],
  [fails],
  [role('owner', red), fails],
  ['reader', role('reader', red)],
]

/**
 * Bodies of rules over `user.it`, `user.team` (the red one), `doc.it` and `doc.team` (the blue
 * one).
 */
export const bodies: readonly string[] = [
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
  'user.it < 4',
  'user.it >= doc.it',
  'user.it > "a"',
  'user.it = user.team',
  'user.team = user.it',
  'user.it = limit',
  'user.it < limit',
  'user.it = doc',
  'user.it.name = "reader"',
  'user.it.parent.name = "red"',
  'user.it.parent = user.team and user.it.parent.name = "red"',
  'user.it matches Team',
  'user.it matches Team and user.it.name = "blue"',
  'user.it matches {name: "reader"}',
  'user.it matches String',
  'user.it.startsWith("read")',
  'user.it.includes(doc.word)',
  'user.it + 1 > 3',
  'user.it / 0 > 3',
  'user.it mod 2 = 1',
  '[user.it, 1] = [3, 1]',
  'user.it in ["reader", 3, nil]',
  '"reader" in user.it',
  '"reader" in user.it or "owner" in user.it',
  '"owner" in user.it or 3 in user.it or nil in user.it',
  '"x" in user.it and user.it.length = 3',
  'not "reader" in user.it',
  'doc.word in user.it',
  'x in user.it and x = "reader"',
  'x in user.it and x = "reader" or (y in user.it and y = "owner")',
  'r in user.it and r.name = "reader"',
  'r in user.it and r.name = "reader" and r.team = user.team',
  'r in user.it and r.name = "reader" and r.team = doc.team and doc.team.name = "blue"',
  '(r in user.it and r.name = "writer") or (s in user.it and s.name = "reader" and s.team = user.team)',
  '(r in user.it and r.name = "a" and r.team = user.team) or (s in user.it and s.name = "reader" and s.team = user.team) or (t in user.it and t.name = "owner" and t.team = user.team)',
  '(r in user.it and r.name = "reader") and doc.word = "no"',
  '(r in user.it and r.team.name = "red") and s in user.it and s.name = "owner" and doc.word = "no"',
  '(r in user.it and (r.name = "reader" or s in user.it and s.name = "owner" and r.team = s.team)) and doc.word = "word"',
  'forall(r in user.it, r.name = "reader")',
  'forall(r in user.it, r.name = "reader" and r.team.name = "red")',
  'not (r in user.it and r.name = "owner")',
  'a in user.it and b in user.it and a.name = b.name and a.team != b.team',
  'under(user.it, user.team)',
  'under(user.it, doc.team) or user.it = 3',
  'odd(user.it)',
  'either(user.it) and doc.word = "no"',
  'several(user.it) or user.it = 3',
]

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
