import type { Random } from '../random.js'

/** Conditions on a user `u` and a resource `r` of any class; `#` numbers variables. */
const atoms = [
  'r.owner = u.mentor',
  'u.mentor = r.owner',
  'r.owner = u',
  'r.owner.mentor = u.mentor',
  'r.owner.mentor = u',
  'r.level >= u.level',
  'r.owner.level > u.level',
  'r.level + r.owner.level > 3',
  'r.owner.level - u.level = r.level',
  'u in r.members',
  'u.mentor in r.members',
  'm# in r.members and m#.mentor = u.mentor',
  'm# in r.members and m#.level > r.level',
  'm# in r.members and m# = r.owner',
  'p# in u.peers and p# = r.owner',
  'r.parent != nil and r.parent.owner = u.mentor',
  'r.parent.owner = u.mentor',
  'not r.owner = u.mentor',
  'not (m# in r.members and m# = u.mentor)',
  'not r.owner.mentor = u',
  'forall(m# in r.members, m#.level >= u.level)',
  'forall(m# in r.members, not m#.mentor = u.mentor)',
  'r.name = u.name',
  'r.owner.name = u.name',
  'r.owner matches User{name: u.name}',
  'r matches {owner: u.mentor}',
  'r matches {level: 1, owner: u.mentor}',
  'r.heldBy(u)',
  'r.heldBy(u.mentor)',
  'o# = r.owner and o#.mentor = u.mentor',
  '[r.owner, r.level] = [u.mentor, u.level]',
  'o# = u.mentor and [o#, 1] = [r.owner, r.level]',
  'r.level > limit',
  'r.owner = boss',
  'u.mentor = boss',
  'owns(u, r)',
  'within(u, r)',
  'k# in ["owner", "parent"] and r.(k#) = u.mentor',
] as const

const helpers: Readonly<Record<string, string>> = {
  owns: 'owns(u, r) if r.owner = u.mentor; owns(u, r) if m in r.members and m = u.mentor;',
  within: 'within(u, r) if r.owner = u.mentor; within(u, r) if r.parent != nil and within(u, r.parent);',
}

/** A policy whose rules are about resources of several classes at once. */
export function randomPolicy(random: Random, models: readonly string[]): string {
  let variables = 0
  const goal = (): string => random.pick(atoms).replaceAll('#', String(variables++))
  const body = (): string => {
    const goals = Array.from({ length: random.integer(1, 3) }, goal)
    if (!random.chance(0.25)) return goals.join(' and ')
    return `(${goals.join(' and ')}) or (${goal()})`
  }
  const resource = (): string =>
    random.weighted({ any: 6, class: 2, level: 1 }) === 'any'
      ? 'r'
      : random.chance(0.7)
        ? `r: ${random.pick(models)}`
        : 'r: {level: 1}'
  const rule = (head: string, text: string): string => {
    const mentions = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(text)
    const named = head.replace(/\bu\b/, mentions('u') ? 'u' : '_u').replace(/\br\b/, mentions('r') ? 'r' : '_r')
    return `${named} if ${text};`
  }
  const rules: string[] = []
  for (let count = random.integer(2, 4); count > 0; count--) {
    const action = random.pick(['"read"', '"read"', '"edit"', '"share"', '_'])
    rules.push(rule(`allow(u: User, ${action}, ${resource()})`, body()))
  }
  for (let count = random.integer(1, 2); count > 0; count--) {
    const field = random.pick(['"name"', '"level"', '"salary"', '_'])
    rules.push(rule(`allow_field(u: User, ${random.pick(['"read"', '_'])}, ${resource()}, ${field})`, body()))
  }
  rules.push(rule('allow_request(u: User, r)', body()))
  const text = rules.join('\n')
  return [text, ...Object.keys(helpers).flatMap((name) => (text.includes(`${name}(`) ? [helpers[name]!] : []))].join(
    '\n',
  )
}
