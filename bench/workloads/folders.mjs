import { balancedChecks } from './checks.mjs'
import { pick, randomOf, sample } from './random.mjs'

class User {
  constructor(id) {
    this.id = id
    this.roles = []
  }
}
class Folder {
  constructor(id, parent) {
    this.id = id
    this.parentId = parent ? parent.id : null
    this.parent = parent
    this.path = parent ? [...parent.path, id] : [id]
  }
}
class FolderRole {
  constructor(name, folder) {
    this.name = name
    this.folderId = folder.id
    this.folder = folder
  }
}

/**
 * W4: chains of folders, the role on the root, the check on the leaf.
 * @param {number} depth folders below the root
 * @param {{ editors?: boolean }} [options] with editors, who are viewers too at every level: quadratic for a naive search
 */
export function folders(seed, depth, { editors = false } = {}) {
  const random = randomOf(4 + 1000 * seed)
  let nextId = 0
  const roots = Array.from({ length: 6 }, () => new Folder(nextId++, null))
  const all = [...roots]
  const leaves = []
  for (let copy = 0; copy < 20; copy++) {
    for (const root of roots) {
      let folder = root
      for (let level = 0; level < depth; level++) {
        folder = new Folder(nextId++, folder)
        all.push(folder)
      }
      leaves.push(folder)
    }
  }
  const users = Array.from({ length: 100 }, (_, id) => {
    const user = new User(id)
    for (const root of sample(random, roots, 3)) {
      user.roles.push(new FolderRole(editors ? pick(random, ['viewer', 'editor']) : 'viewer', root))
    }
    return user
  })
  const checks = balancedChecks(
    random,
    () => ({ user: pick(random, users), action: 'read', resource: pick(random, leaves) }),
    (user, _action, folder) => user.roles.some((role) => role.folder.id === folder.path[0]),
  )
  return {
    name: `W4${editors ? 'q' : ''}-d${depth}`,
    title: `folders in folders, ${depth} deep${editors ? ', viewer if editor' : ''}`,
    classes: { User, Folder, FolderRole },
    users,
    checks,
    polar: polar(editors),
    byHand: editors ? editorByHand : viewerByHand,
    folders: all,
  }
}

function hasRole(user, name, folder) {
  const roles = user.roles
  for (let i = 0; i < roles.length; i++) if (roles[i].name === name && roles[i].folder === folder) return true
  return false
}
function viewerByHand(user, action, leaf) {
  if (action !== 'read' || !(leaf instanceof Folder)) return false
  for (let folder = leaf; folder !== null; folder = folder.parent) if (hasRole(user, 'viewer', folder)) return true
  return false
}
function editorByHand(user, action, leaf) {
  if (action !== 'read' || !(leaf instanceof Folder)) return false
  for (let folder = leaf; folder !== null; folder = folder.parent) {
    if (hasRole(user, 'viewer', folder) || hasRole(user, 'editor', folder)) return true
  }
  return false
}

const editorRules = `  "write" if "editor";
  "viewer" if "editor";
  "editor" if "editor" on "parent";
`
const polar = (editors) => `allow(actor, action, resource) if has_permission(actor, action, resource);
actor User {}
resource Folder {
  permissions = ["read"${editors ? ', "write"' : ''}];
  roles = ["viewer"${editors ? ', "editor"' : ''}];
  relations = { parent: Folder };
  "read" if "viewer";
${editors ? editorRules : ''}  "viewer" if "viewer" on "parent";
}
has_role(user: User, name: String, folder: Folder) if
  role in user.roles and role.name = name and role.folder = folder;
has_relation(parent: Folder, "parent", folder: Folder) if parent = folder.parent and parent != nil;
`
