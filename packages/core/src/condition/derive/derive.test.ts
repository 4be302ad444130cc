import { describe, expect, test } from 'vitest'
import { planFilter } from '../../authorizer/plans/plans.js'
import { modelOfClass } from '../../authorizer/registration.js'
import { Source } from '../../language/source.js'
import { buildPolicy } from '../../policy/buildPolicy.js'
import { allChecks } from '../../policy/checks/all.js'
import type { Schema } from '../../schema/schema.js'
import { createSchema } from '../../values/builtIns.js'
import { printCondition } from '../print.js'

class User {}
class Team {}
class Repo {}
class Issue {}
class Bug extends Issue {}

function schemaOf(): Schema {
  const schema = createSchema()
  const id = { type: 'integer', nullable: false } as const
  const register = (cls: unknown, fields: Parameters<typeof modelOfClass>[2]['fields']): void =>
    schema.registerModel(modelOfClass(schema, cls, { key: 'id', fields: { id, ...(fields as object) } }))
  register(User, { name: String, manager: { one: 'User' }, teams: { many: 'Team' }, repos: { many: 'Repo' } })
  register(Team, { name: { type: String, nullable: false }, owner: { one: 'User' } })
  register(Repo, {
    name: { type: String, nullable: false },
    stars: { type: 'integer', nullable: false },
    isPublic: { type: Boolean, nullable: false },
    owner: { one: 'User' },
    team: { one: 'Team', nullable: false },
    topics: { type: String, list: true, nullable: false },
    issues: { many: 'Issue' },
    owners: { many: 'User' },
  })
  register(Issue, { title: String, repo: { one: 'Repo', nullable: false }, creator: { one: 'User' } })
  register(Bug, { severity: 'integer' })
  schema.registerConstant('limit', 10)
  return schema
}

function derived(text: string, model = 'Repo', action = 'read'): string {
  const schema = schemaOf()
  const { policy, diagnostics } = buildPolicy([new Source(text)], schema, allChecks())
  if (!policy) throw new Error(diagnostics.map((one) => one.message).join('\n'))
  return printCondition(planFilter(policy, schema, { model: 'User' }, { action }, model))
}

const body = (goals: string): string =>
  `allow(${/\buser\b/.test(goals) ? 'user' : '_'}: User, "read", repo: Repo) if ${goals};`

/** The error of a goal that waits for a variable of its own, at a column of the policy. */
const noValue = (column: number): string =>
  `failure (A constraint remains on a variable that never gets a value. (line 1:${column}))`

describe('a parameter without a name', () => {
  test('is still tested for its class', () => {
    expect(derived('allow(_: User, "read", _: Issue);', 'Repo')).toBe('false')
    expect(derived('allow(_: User, "read", _: Bug);', 'Issue')).toBe(
      '(resource is exactly Issue and false) or resource is exactly Bug',
    )
    expect(derived('allow(_: User, "read", _: Repo{isPublic: true});')).toBe('resource.isPublic = true')
  })
})

describe('a body becomes a condition', () => {
  const undecided = (column: number): string =>
    `failure (A constraint remains on a variable that never gets a value. (line 1:${column}))`

  const cases: readonly (readonly [string, string])[] = [
    ['repo.isPublic', 'resource.isPublic'],
    ['repo.name = "x"', 'resource.name = "x"'],
    ['"x" = repo.name', '"x" = resource.name'],
    ['repo.stars > 3 and repo.stars <= 5', 'resource.stars > 3 and resource.stars <= 5'],
    ['repo.stars = limit', 'resource.stars = limit'],
    ['user = repo.owner', 'actor = resource.owner'],
    ['repo.owner = nil', 'resource.owner = nil'],
    ['repo.team = nil', 'reads resource.team and false'],
    ['repo.name = 1', 'reads resource.name and false'],
    ['not repo.isPublic', 'not (resource.isPublic)'],
    ['repo.isPublic or repo.owner = user', 'resource.isPublic or resource.owner = actor'],
    ['x = repo.name and (x = "a" or x = "b")', 'resource.name = "a" or resource.name = "b"'],
    ['(n = "a" or n = "b") and repo.name = n', 'resource.name = "a" or resource.name = "b"'],
    ['repo.name in ["a", "b"]', 'resource.name = "a" or resource.name = "b"'],
    ['repo.name in [n, m] and n = "a" and m = "b"', 'resource.name = "a" or resource.name = "b"'],
    ['repo.owner.name in []', 'reads resource.owner.name and false'],
    [
      'repo.owner.manager in repo.owners',
      'reads resource.owner.manager and (some element in resource.owners where resource.owner.manager = element)',
    ],
    ['"a" in repo.topics', '"a" in resource.topics'],
    ['t in user.teams and t = repo.team', 'some t in actor.teams where t = resource.team'],
    ['repo in user.repos', 'some repo in actor.repos where resource = repo'],
    [
      'i in repo.issues and i.creator = user and i.title = "x"',
      'some i in resource.issues where i.creator = actor and i.title = "x"',
    ],
    [
      'i in repo.issues and j in repo.issues and i.title = j.title',
      'some i in resource.issues where some j in resource.issues where i.title = j.title',
    ],
    ['not (i in repo.issues and i.title = "x")', 'not (some i in resource.issues where i.title = "x")'],
    ['forall(i in repo.issues, i.creator = user)', 'not (some i in resource.issues where not (i.creator = actor))'],
    ['repo matches Repo{name: "x"}', 'resource.name = "x"'],
    ['repo matches {name: "x"}', 'resource.name = "x"'],
    ['repo matches Team', 'false'],
    ['repo.owner matches User', 'resource.owner is User'],
    ['i in repo.issues and i matches Bug{severity: 1}', 'some i in resource.issues where i is Bug and i.severity = 1'],
    ['repo.owner.name = "x"', 'resource.owner.name = "x"'],
    ['owner = repo.owner and owner.name = "x"', 'resource.owner.name = "x"'],
    ['_name = repo.owner.name and repo.isPublic', 'reads resource.owner.name and resource.isPublic'],
    ['repo.name.startsWith("x")', 'resource.name.startsWith("x")'],
    ['repo.stars + 1 > 3', 'resource.stars + 1 > 3'],
    ['[repo.name, 1] = ["x", n] and repo.stars = n', 'resource.name = "x" and resource.stars = 1'],
    ['{a: n} = {a: repo.name} and n = "x"', 'resource.name = "x"'],
    ['repo.stars > n and n = 3', 'resource.stars > 3'],
    ['(repo.stars > n or repo.isPublic) and n = 3', 'resource.stars > 3 or resource.isPublic'],
    ['n + 1 = 3 and n = repo.stars', 'reads resource.stars and resource.stars + 1 = 3'],
    ['i.title = "x" and i in repo.issues', 'some i in resource.issues where i.title = "x"'],
    ['i in all and all = repo.issues and i.title = "x"', 'some i in resource.issues where i.title = "x"'],
    [
      'i matches Issue{title: t} and t > "x" and i in repo.issues',
      'some i in resource.issues where i is Issue and i.title > "x"',
    ],
    ['i matches Issue and i matches Team and repo.isPublic', 'false'],
    ['repo.isPublic and i matches Bug and i = i', `resource.isPublic and ${undecided(67)}`],
    ['repo.isPublic and i.title = "x" and i.id > 3', `resource.isPublic and ${undecided(57)}`],
    ['not (repo.stars > _n and repo.isPublic)', `not (reads resource.stars and resource.isPublic and ${noValue(44)})`],
    [
      'forall(i in repo.issues and _n > i.id, i.title = "x")',
      `not (some i in resource.issues where reads i.id and not (i.title = "x") and ${noValue(67)})`,
    ],
    [
      'repo.isPublic or (not i in repo.issues and i matches {title: "x"})',
      `resource.isPublic or (not (some i in resource.issues where true) and ${undecided(92)})`,
    ],
    [
      'n > 1 and not (n = repo.stars) and n = 3',
      'not (resource.stars > 1 and false) and 3 > 1 and not (resource.stars > 1 and 3 = resource.stars)',
    ],
    ['n = m and not (n = k and k > 1) and m = repo.stars', 'opaque (a negation reads a variable that is bound later)'],
    ['i matches {title: "x"} and i in repo.issues', 'some i in resource.issues where i.title = "x"'],
    ['print(repo)', 'opaque (`print` has a side effect)'],
  ]
  test.each(cases)('%s', (goals, expected) => {
    expect(derived(body(goals))).toBe(expected)
  })
})

describe('calls', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'of known arguments are replaced by what they ask',
      `${body('mine(user, repo)')} mine(user: User, repo: Repo) if repo.owner = user; mine(_: User, repo: Repo) if repo.isPublic;`,
      'resource.owner = actor or resource.isPublic',
    ],
    [
      'bind their outputs',
      `${body('parent(team, repo) and team.name = "x"')} parent(team: Team, repo: Repo) if team = repo.team;`,
      'resource.team.name = "x"',
    ],
    [
      'with several rules and outputs try each',
      `${body('owner(who, repo) and who.name = "x"')} owner(who: User, repo: Repo) if who = repo.owner; owner(who: User, repo: Repo) if who = repo.team.owner;`,
      '(resource.owner != nil and resource.owner.name = "x") or (resource.team.owner != nil and resource.team.owner.name = "x")',
    ],
    [
      'leave what waits for a value to the goals behind them',
      `${body('more(n, repo) and n = 3')} more(n, repo: Repo) if repo.stars > n; more(n, repo: Repo) if n > repo.stars;`,
      'resource.stars > 3 or 3 > resource.stars',
    ],
    [
      'count once, without the one that leaves a goal waiting',
      `${body('(repo.stars > _n or repo.owner = user or f(repo)) and repo.isPublic')} f(repo: Repo) if repo.name = "x";`,
      `((reads resource.stars and resource.isPublic and ${noValue(43)}) or resource.owner = actor or resource.name = "x") and resource.isPublic`,
    ],
    [
      'leave what nothing decides to all that follows them',
      `${body('not f(repo)')} f(repo) if g(repo) and repo.isPublic; g(repo: Repo) if repo.stars > _n;`,
      `not (reads resource.stars and resource.isPublic and ${noValue(107)})`,
    ],
    [
      'read a variable inside a negation that is bound later, then',
      `${body('f(n) and n = repo.stars')} f(n) if not n = 1;`,
      'not (resource.stars = 1)',
    ],
    [
      'ask so only where the negation can fail',
      `${body('f(_n, repo)')} f(n, repo: Repo) if not (n = 1 and repo.isPublic);`,
      'not (resource.isPublic and false) and (not (resource.isPublic) or failure (A constraint remains on a variable that never gets a value. (line 1:72)))',
    ],
    [
      'of a method of what has no value are an error there',
      `${body('f(_, repo)')} f(n, repo: Repo) if repo.isPublic and n.startsWith("x");`,
      'resource.isPublic and failure (Cannot call "startsWith" on n: the variable has no value. (line 1:89))',
    ],
    [
      'are asked for what waits for their head as soon as it gives a value',
      `${body('n > 2 and f(n, repo)')} f(1, _: Repo); f(n, repo: Repo) if n = repo.stars;`,
      '1 > 2 or resource.stars > 2',
    ],
    [
      'of a rule whose head computes ask for it behind the body',
      `${body('f(repo, 3)')} f(repo: Repo, repo.stars) if repo.isPublic;`,
      'resource.isPublic and 3 = resource.stars',
    ],
    [
      'pass literals on',
      `${body('has(user, "a", repo)')} has(_: User, "a", repo: Repo) if repo.isPublic; has(_: User, "b", repo: Repo) if repo.stars = 1;`,
      'resource.isPublic',
    ],
    [
      'with a `cut` keep to what stands before it',
      `${body('f(repo)')} f(repo: Repo) if repo.isPublic and cut and repo.stars = 1; f(repo: Repo) if repo.name = "x";`,
      '(resource.isPublic and resource.stars = 1) or (not (resource.isPublic) and resource.name = "x")',
    ],
    [
      'with a `cut` behind the list of an earlier `in` are opaque',
      `${body('topic in list and (list = repo.topics and cut or list = ["x"]) and topic = "y"')}`,
      'opaque (`cut` keeps the first of several solutions, whose values are used later)',
    ],
    [
      'give values of which a negation may ask the class',
      `${body('about(i, repo) and not i matches Bug')} about(i, repo: Repo) if repo.stars > 1 and i in repo.issues;`,
      'resource.stars > 1 and (some i in resource.issues where not (i is Bug))',
    ],
    [
      'with other numbers ask for those',
      `${body('f(repo, inf) or f(repo, -inf)')} f(repo: Repo, n) if repo.stars < n;`,
      'resource.stars < Infinity or resource.stars < -Infinity',
    ],
    [
      'that are opaque leave the rest as it is',
      `${body('repo.isPublic')} allow(_: User, "read", repo: Repo) if f(repo); f(repo: Repo) if repo.name = "x" or cut;`,
      'resource.isPublic or opaque (`cut` beside alternatives depends on their order)',
    ],
    ['that recur refer to themselves', `${body('f(repo)')} f(repo: Repo) if repo.isPublic or f(repo);`, 'f(resource)'],
    [
      'that recur through `not` are opaque',
      `${body('f(repo)')} f(repo: Repo) if not (repo.isPublic and f(repo));`,
      'opaque (a recursion through `not` or `forall`)',
    ],
  ]
  test.each(cases)('%s', (_, text, expected) => {
    expect(derived(text)).toBe(expected)
  })
})

test('roles and permissions of blocks are followed over relations', () => {
  const text = `
    actor User {}
    resource Team { roles = ["member"]; }
    resource Repo {
      roles = ["reader"]; permissions = ["read"]; relations = { team: Team };
      "read" if "reader"; "reader" if "member" on "team";
    }
    resource Issue { permissions = ["read"]; relations = { repo: Repo }; "read" if "read" on "repo"; }
    allow(actor, action, resource) if has_permission(actor, action, resource);
    has_role(user: User, "member", team: Team) if team in user.teams;
    has_relation(team: Team, "team", repo: Repo) if team = repo.team;
    has_relation(repo: Repo, "repo", issue: Issue) if repo = issue.repo;`
  expect(derived(text, 'Repo')).toBe('reads resource.team and (some team in actor.teams where resource.team = team)')
  expect(derived(text, 'Issue')).toContain('some team in actor.teams where resource.repo.team = team')
})

test('rules for subclasses apply only to their rows', () => {
  const text = 'allow(_: User, "read", _: Bug); allow(_: User, "read", issue: Issue) if issue.title = "x";'
  expect(derived(text, 'Issue')).toBe('(resource is exactly Issue and resource.title = "x") or resource is exactly Bug')
  expect(derived(text, 'Bug')).toBe('true')
})
