import { balancedChecks } from './checks.mjs'
import { below, pick, randomOf, sample } from './random.mjs'

class User {
  constructor(id) {
    this.id = id
    this.orgRoles = []
    this.repoRoles = []
  }
}
class Organization {
  constructor(id) {
    this.id = id
  }
}
class Repository {
  constructor(id, org) {
    this.id = id
    this.orgId = org.id
    this.org = org
  }
}
class Issue {
  constructor(id, repo, title) {
    this.id = id
    this.repoId = repo.id
    this.repo = repo
    this.title = title
  }
}
class OrgRole {
  constructor(name, org) {
    this.name = name
    this.orgId = org.id
    this.org = org
  }
}
class RepoRole {
  constructor(name, repo) {
    this.name = name
    this.repoId = repo.id
    this.repo = repo
  }
}

const actions = ['read', 'push', 'close']
const rankOfRole = { reader: 1, maintainer: 2, admin: 3 }
const rankNeeded = { read: 1, push: 2, close: 3 }

/** W2: 20 organizations, 200 repositories, 10,000 issues; a user has 2 organization roles and 5 repository roles. */
export function gitClub(seed) {
  const random = randomOf(2 + 1000 * seed)
  const orgs = Array.from({ length: 20 }, (_, id) => new Organization(id))
  const repos = Array.from({ length: 200 }, (_, id) => new Repository(id, orgs[id % 20]))
  const issues = Array.from({ length: 10_000 }, (_, id) => new Issue(id, repos[below(random, 200)], `issue ${id}`))
  const users = Array.from({ length: 200 }, (_, id) => {
    const user = new User(id)
    for (const org of sample(random, orgs, 2)) user.orgRoles.push(new OrgRole(random() < 0.3 ? 'owner' : 'member', org))
    for (const repo of sample(random, repos, 5)) {
      user.repoRoles.push(new RepoRole(pick(random, ['reader', 'maintainer', 'admin']), repo))
    }
    return user
  })
  const truth = (user, action, issue) => {
    const ranks = [
      ...user.repoRoles.filter((role) => role.repo.id === issue.repo.id).map((role) => rankOfRole[role.name]),
      ...user.orgRoles
        .filter((role) => role.org.id === issue.repo.org.id)
        .map((role) => (role.name === 'owner' ? 3 : 1)),
    ]
    return Math.max(0, ...ranks) >= rankNeeded[action]
  }
  const draw = () => {
    const user = pick(random, users)
    let resource = pick(random, issues)
    // Half of the draws go to a repository of the user, or nearly every allowed check would be an owner's.
    if (random() < 0.5) {
      const { repo } = pick(random, user.repoRoles)
      for (let tries = 0; tries < 400 && resource.repo !== repo; tries++) resource = pick(random, issues)
    }
    return { user, action: pick(random, actions), resource }
  }
  return {
    name: 'W2',
    title: 'GitClub: roles on organizations and repositories, issues inherit',
    classes: { User, Organization, Repository, Issue, OrgRole, RepoRole },
    users,
    rows: issues,
    checks: balancedChecks(random, draw, truth),
    polar,
    byHand,
  }
}

function hasRepoRole(user, name, repo) {
  const roles = user.repoRoles
  for (let i = 0; i < roles.length; i++) if (roles[i].name === name && roles[i].repo === repo) return true
  return false
}
function hasOrgRole(user, name, org) {
  const roles = user.orgRoles
  for (let i = 0; i < roles.length; i++) if (roles[i].name === name && roles[i].org === org) return true
  return false
}
const isOwner = (user, org) => hasOrgRole(user, 'owner', org)
const isMember = (user, org) => hasOrgRole(user, 'member', org) || isOwner(user, org)
const isAdmin = (user, repo) => hasRepoRole(user, 'admin', repo) || isOwner(user, repo.org)
const isMaintainer = (user, repo) => hasRepoRole(user, 'maintainer', repo) || isAdmin(user, repo)
const isReader = (user, repo) =>
  hasRepoRole(user, 'reader', repo) || isMaintainer(user, repo) || isMember(user, repo.org)

function byHand(user, action, issue) {
  if (!(issue instanceof Issue)) return false
  switch (action) {
    case 'read':
      return isReader(user, issue.repo)
    case 'push':
      return isMaintainer(user, issue.repo)
    case 'close':
      return isAdmin(user, issue.repo)
    default:
      return false
  }
}

const polar = `allow(actor, action, resource) if has_permission(actor, action, resource);
actor User {}
resource Organization {
  roles = ["member", "owner"];
  "member" if "owner";
}
resource Repository {
  permissions = ["read", "push", "close"];
  roles = ["reader", "maintainer", "admin"];
  relations = { parent: Organization };
  "read" if "reader";
  "push" if "maintainer";
  "close" if "admin";
  "maintainer" if "admin";
  "reader" if "maintainer";
  "reader" if "member" on "parent";
  "admin" if "owner" on "parent";
}
resource Issue {
  permissions = ["read", "push", "close"];
  relations = { parent: Repository };
  "read" if "reader" on "parent";
  "push" if "maintainer" on "parent";
  "close" if "admin" on "parent";
}
has_role(user: User, name: String, org: Organization) if
  role in user.orgRoles and role.name = name and role.org = org;
has_role(user: User, name: String, repo: Repository) if
  role in user.repoRoles and role.name = name and role.repo = repo;
has_relation(org: Organization, "parent", repo: Repository) if org = repo.org;
has_relation(repo: Repository, "parent", issue: Issue) if repo = issue.repo;
`
