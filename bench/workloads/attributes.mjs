import { balancedChecks } from './checks.mjs'
import { below, pick, randomOf } from './random.mjs'

class User {
  constructor(id, department, clearance, isManager, isSuspended) {
    this.id = id
    this.department = department
    this.clearance = clearance
    this.isManager = isManager
    this.isSuspended = isSuspended
  }
}
class Document {
  constructor(id, ownerId, isPublic, status, department, clearance, isLocked) {
    this.id = id
    this.ownerId = ownerId
    this.isPublic = isPublic
    this.status = status
    this.department = department
    this.clearance = clearance
    this.isLocked = isLocked
  }
}

const actions = ['read', 'update', 'delete']
const departments = ['eng', 'sales', 'legal', 'hr', 'ops']
const statuses = ['draft', 'published', 'archived']

/** W3: 10,000 documents; owner, status, department, clearance, negation, suspended users. */
export function attributes(seed) {
  const random = randomOf(3 + 1000 * seed)
  const users = Array.from(
    { length: 200 },
    (_, id) => new User(id, pick(random, departments), below(random, 6), random() < 0.3, random() < 0.05),
  )
  const documents = Array.from(
    { length: 10_000 },
    (_, id) =>
      new Document(
        id,
        below(random, 200),
        random() < 0.3,
        pick(random, statuses),
        pick(random, departments),
        below(random, 6),
        random() < 0.2,
      ),
  )
  const draw = () => {
    const user = pick(random, users)
    let resource = pick(random, documents)
    if (random() < 0.4) {
      for (let tries = 0; tries < 600 && resource.ownerId !== user.id; tries++) resource = pick(random, documents)
    }
    return { user, action: pick(random, actions), resource }
  }
  return {
    name: 'W3',
    title: 'attributes: 6 rules, comparisons, negation',
    classes: { User, Document },
    users,
    rows: documents,
    checks: balancedChecks(random, draw, truth),
    polar,
    byHand,
  }
}

function truth(user, action, document) {
  if (user.isSuspended) return false
  const owns = document.ownerId === user.id
  const sameDepartment = document.department === user.department
  const { status, clearance } = document
  const reasons = {
    read: [
      owns,
      document.isPublic && status === 'published',
      sameDepartment && clearance <= user.clearance && status !== 'draft',
    ],
    update: [
      owns && status !== 'archived' && !document.isLocked,
      sameDepartment && user.isManager && status !== 'archived' && clearance < user.clearance,
    ],
    delete: [owns && status === 'draft'],
  }
  return reasons[action].includes(true)
}

function byHand(user, action, document) {
  if (!(document instanceof Document) || user.isSuspended) return false
  switch (action) {
    case 'read':
      return (
        document.ownerId === user.id ||
        (document.isPublic && document.status === 'published') ||
        (document.department === user.department &&
          document.clearance <= user.clearance &&
          !(document.status === 'draft'))
      )
    case 'update':
      return (
        (document.ownerId === user.id && !(document.status === 'archived' || document.isLocked)) ||
        (document.department === user.department &&
          user.isManager &&
          !(document.status === 'archived') &&
          document.clearance < user.clearance)
      )
    case 'delete':
      return document.ownerId === user.id && document.status === 'draft'
    default:
      return false
  }
}

const polar = `allow(user: User, action, resource) if not user.isSuspended = true and permit(user, action, resource);
permit(user: User, "read", doc: Document) if doc.ownerId = user.id;
permit(_user: User, "read", doc: Document) if doc.isPublic = true and doc.status = "published";
permit(user: User, "read", doc: Document) if
  doc.department = user.department and doc.clearance <= user.clearance and not doc.status = "draft";
permit(user: User, "update", doc: Document) if
  doc.ownerId = user.id and not (doc.status = "archived" or doc.isLocked = true);
permit(user: User, "update", doc: Document) if
  doc.department = user.department and user.isManager = true and
  not doc.status = "archived" and doc.clearance < user.clearance;
permit(user: User, "delete", doc: Document) if doc.ownerId = user.id and doc.status = "draft";
`
