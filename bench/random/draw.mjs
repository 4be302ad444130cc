// Draws specifications of policies such as applications have: models in models, roles that inherit, teams, shares that expire,
// attributes, gates in front of everything, and denials.
import { below, pick, randomOf, sample } from '../workloads/random.mjs'
import {
  drawAttributeShapes,
  drawBlockLists,
  drawBreakGlass,
  drawDelegation,
  drawGroupShare,
  drawHelper,
  drawSecondRelation,
  drawUserShapes,
  grantShapes,
} from './shapes.mjs'
import {
  all,
  any,
  at,
  compare,
  equals,
  has,
  holds,
  isTrue,
  literal,
  no,
  now,
  oneOf,
  present,
  roleName,
  some,
} from './specification.mjs'

const themes = [
  { chain: ['Organization', 'Project', 'Milestone', 'Issue'], leaves: ['Wiki', 'Release'] },
  { chain: ['Workspace', 'Board', 'Card', 'Comment'], leaves: ['Label', 'Automation'] },
  { chain: ['Company', 'Department', 'Report', 'Annotation'], leaves: ['Budget', 'Survey'] },
  { chain: ['Clinic', 'Ward', 'Patient', 'Record'], leaves: ['Appointment', 'Prescription'] },
  { chain: ['School', 'Course', 'Assignment', 'Submission'], leaves: ['Lecture', 'Quiz'] },
  { chain: ['Account', 'Campaign', 'Audience', 'Message'], leaves: ['Template', 'Segment'] },
  { chain: ['Publisher', 'Journal', 'Article', 'Review'], leaves: ['Issue', 'Supplement'] },
  { chain: ['Tenant', 'Site', 'Device', 'Reading'], leaves: ['Alarm', 'Schedule'] },
]
const ladders = [
  ['viewer', 'editor', 'owner'],
  ['guest', 'member', 'manager', 'owner'],
  ['reader', 'maintainer', 'admin'],
  ['member', 'admin'],
  ['viewer', 'commenter', 'editor', 'manager'],
]
/** Roles that folders inherit. */
const folderLadders = [...ladders, ['guest', 'viewer', 'commenter', 'editor', 'owner']]
const actionNames = ['read', 'list', 'comment', 'create', 'update', 'assign', 'publish', 'archive', 'export', 'delete']
const statuses = ['draft', 'review', 'published', 'archived']
const departments = ['engineering', 'sales', 'legal', 'finance', 'support']
const kinds = ['staff', 'contractor', 'guest']
const globalRoles = ['auditor', 'support', 'analyst', 'operator', 'moderator', 'editor']

/**
 * The specification of a seed.
 * @param {'declared' | 'half' | 'bare'} schema with bare classes rows are equal by identity, otherwise by their key
 * @param {boolean} forLists whether every condition must have a form in SQL: without the shapes of `shapes.mjs`
 */
export function drawSpecification(seed, { schema, forLists = false }) {
  return new Draw(randomOf(7919 * (seed + 1)), schema, forLists).specification(`R${seed}`)
}

class Draw {
  constructor(random, schema, forLists) {
    this.random = random
    this.schema = schema
    this.forLists = forLists
    this.below = (limit) => below(random, limit)
    this.chance = (share) => random() < share
    this.pick = (items) => pick(random, items)
    this.sample = (items, count) => sample(random, items, count)
  }

  specification(name) {
    const theme = this.pick(themes)
    const depth = this.pick([1, 2, 2, 3, 3, 4])
    const chain = theme.chain.slice(0, depth)
    const leaves = depth === 1 ? [] : this.sample(theme.leaves, this.pick([0, 0, 1, 2]))
    /** Only attributes, as in the simplest policies. */
    const plain = depth === 1 && this.chance(0.6)
    this.spec = {
      name,
      actor: 'User',
      schema: this.schema,
      keyed: this.schema !== 'bare',
      style: plain || this.chance(0.25) ? 'rules' : 'blocks',
      gateRule: this.chance(0.4),
      fields: {},
      counts: {},
      roles: {},
      actions: {},
      relations: {},
      implied: [],
      holders: [],
      helpers: {},
      grants: [],
      denials: [],
      gate: [],
      everything: undefined,
    }
    this.drawUser(chain[0])
    const parents = [
      ...chain.map((model, index) => [model, chain[index - 1]]),
      ...leaves.map((leaf) => [leaf, chain.at(-2)]),
    ]
    let count = plain ? 400 : 6
    for (const [model, parent] of parents) {
      if (chain.includes(model) && parent) count = Math.min(count * 6, 600)
      this.drawModel(model, parent, count, plain)
    }
    if (depth > 1 && this.chance(this.forLists ? 0.2 : 0.3)) this.drawFolders(chain[0])
    const { spec } = this
    const rules = spec.implied.length + spec.holders.length + spec.grants.length + spec.denials.length
    spec.title = `${Object.keys(spec.actions).join(', ')}; ${rules} rules`
    return spec
  }

  drawUser(root) {
    const { spec } = this
    this.root = root
    spec.fields.User = { id: { type: 'id' } }
    spec.counts.User = 200
    const user = spec.fields.User
    if (this.chance(0.5)) user.level = { type: 'integer', below: 6 }
    if (this.chance(0.5)) user.department = { type: 'string', of: departments }
    if (this.chance(0.4)) user.kind = { type: 'string', of: kinds }
    if (this.chance(0.35)) user.roles = { type: 'string', list: true, of: globalRoles, most: 3 }
    if (this.chance(0.4)) user.teams = { many: 'Team', most: 3, shared: true }
    if (user.teams) {
      spec.fields.Team = { id: { type: 'id' }, name: { type: 'string', of: departments } }
      spec.counts.Team = 20
    }
    if (this.chance(0.7)) {
      user.isSuspended = { type: 'boolean', share: 0.05 }
      spec.gate.push(
        this.chance(0.5) ? no(isTrue(at('user', 'isSuspended'))) : equals(at('user', 'isSuspended'), literal(false)),
      )
    }
    if (this.chance(0.2)) {
      user.activeUntil = { type: 'date', nullable: 0.5 }
      const until = at('user', 'activeUntil')
      spec.gate.push(any(equals(until, literal(null)), compare(until, '>', now)))
    }
    if (this.chance(0.5)) {
      user.isSuperadmin = { type: 'boolean', share: 0.03 }
      spec.everything = isTrue(at('user', 'isSuperadmin'))
    }
    if (this.chance(0.3)) user.tenant = { one: root }
    if (this.forLists) return
    drawUserShapes(this)
    drawDelegation(this)
  }

  drawModel(model, parent, count, plain) {
    const { spec } = this
    const fields = { id: { type: 'id' } }
    spec.fields[model] = fields
    spec.counts[model] = count
    if (parent) {
      fields.parent = { one: parent, ...(this.chance(0.2) ? { nullable: 0.1 } : {}) }
      fields[lower(parent)] = fields.parent
      delete fields.parent
      spec.relations[model] = { [this.chance(0.5) ? 'parent' : lower(parent)]: { field: lower(parent), to: parent } }
    } else if (!plain) spec.relations[model] = {}
    this.drawAttributes(fields, model)
    const actions = this.sample(actionNames, 2 + this.below(4))
    spec.actions[model] = actionNames.filter((action) => actions.includes(action))
    if (!plain) this.drawRoles(model, parent)
    if (!this.forLists && !plain) drawSecondRelation(this, model, parent)
    this.drawGrants(model, parent, plain)
    this.drawDenials(model, parent)
  }

  drawAttributes(fields, model) {
    const add = (share, name, type) => {
      // A model may be called like an attribute, and the relation to it so too.
      if (this.chance(share)) fields[name] ??= type
    }
    const nullable = this.chance(0.4) ? { nullable: 0.2 } : {}
    add(0.6, 'owner', { one: 'User', ...nullable })
    add(0.6, 'status', { type: 'string', of: statuses })
    add(0.35, 'isPublic', { type: 'boolean', share: 0.2 })
    add(0.3, 'isPrivate', { type: 'boolean', share: 0.3 })
    add(0.35, 'isLocked', { type: 'boolean', share: 0.2 })
    add(0.25, 'isArchived', { type: 'boolean', share: 0.15 })
    add(0.35, 'level', { type: 'integer', below: 6 })
    add(0.3, 'department', { type: 'string', of: departments, ...(this.chance(0.3) ? { nullable: 0.2 } : {}) })
    add(0.3, 'publishedAt', { type: 'date', nullable: 0.3 })
    add(0.2, 'expiresAt', { type: 'date', ...(this.chance(0.5) ? { nullable: 0.5 } : {}) })
    add(0.25, 'watchers', { many: 'User', most: 3, shared: true })
    if (!this.forLists) drawAttributeShapes(this, fields, model)
  }

  drawRoles(model, parent) {
    const { spec } = this
    const parentRoles = parent ? spec.roles[parent] : undefined
    // A leaf without roles of its own asks for those of its parent.
    if (parentRoles && this.chance(0.4)) {
      this.drawImpliedActions(model, [], parentRoles)
      return
    }
    const roles = this.pick(ladders)
    spec.roles[model] = roles
    const before = spec.holders.length
    const stores = this.sample(['memberships', 'members', 'owner', 'team', 'share', 'tenant', 'global'], 7)
    const most = this.pick([1, 1, 2, 2, 3])
    if (!this.forLists && this.chance(0.5)) drawGroupShare(this, model, roles)
    for (const store of stores) if (spec.holders.length - before < most) this.drawHolder(store, model, roles)
    if (spec.holders.length === before) this.drawHolder('memberships', model, roles)
    for (let index = 1; index < roles.length; index++) {
      if (this.chance(0.9)) spec.implied.push({ model, name: roles[index - 1], by: roles[index] })
    }
    if (parentRoles) {
      const [relation] = Object.keys(spec.relations[model])
      spec.implied.push({ model, name: roles[0], by: this.pick(parentRoles), on: relation })
      if (this.chance(0.7)) spec.implied.push({ model, name: roles.at(-1), by: parentRoles.at(-1), on: relation })
    }
    this.drawImpliedActions(model, roles, parentRoles)
  }

  drawImpliedActions(model, roles, parentRoles) {
    const { spec } = this
    const [relation] = Object.keys(spec.relations[model])
    let rank = 0
    for (const action of spec.actions[model]) {
      if (roles.length > 0 && this.chance(0.85)) {
        spec.implied.push({ model, name: action, by: roles[Math.min(rank, roles.length - 1)] })
        if (this.chance(0.6)) rank++
      }
      if (parentRoles && this.chance(roles.length > 0 ? 0.2 : 0.85)) {
        spec.implied.push({ model, name: action, by: this.pick(parentRoles), on: relation })
      }
    }
  }

  /** How somebody comes by a role. */
  drawHolder(store, model, roles) {
    const { spec } = this
    const { fields } = spec
    const name = lower(model)
    const role = { type: 'string', of: roles }
    const add = (when, only) => spec.holders.push({ model, ...(only ? { role: only } : {}), when })
    switch (store) {
      case 'memberships': {
        const row = `${model}Membership`
        fields[row] = { role, [name]: { one: model } }
        fields.User[`${name}Memberships`] = { many: row, most: 4 }
        const member = (field) => at('membership', field)
        return add(
          some(
            'membership',
            at('user', `${name}Memberships`),
            all(equals(member('role'), roleName), equals(member(name), at('row'))),
          ),
        )
      }
      case 'members': {
        const row = `${model}Member`
        fields[row] = { role, user: { one: 'User' } }
        fields[model].members = { many: row, most: 4 }
        const member = (field) => at('member', field)
        return add(
          some(
            'member',
            at('row', 'members'),
            all(equals(member('user'), at('user')), equals(member('role'), roleName)),
          ),
        )
      }
      case 'owner':
        if (fields[model].owner) add(equals(at('row', 'owner'), at('user')), roles.at(-1))
        return
      case 'team': {
        if (!fields.User.teams) return
        const row = `${model}Team`
        fields[row] = { role, team: { one: 'Team' } }
        fields[model].access = { many: row, most: 3 }
        const access = (field) => at('access', field)
        return add(
          this.chance(0.5)
            ? some(
                'team',
                at('user', 'teams'),
                some(
                  'access',
                  at('row', 'access'),
                  all(equals(access('team'), at('team')), equals(access('role'), roleName)),
                ),
              )
            : some(
                'access',
                at('row', 'access'),
                all(equals(access('role'), roleName), has(at('user', 'teams'), access('team'))),
              ),
        )
      }
      case 'share': {
        const row = `${model}Share`
        const expires = this.chance(0.6)
        fields[row] = {
          role,
          user: { one: 'User', nullable: 0.1 },
          ...(expires ? { until: { type: 'date', nullable: 0.4 } } : {}),
        }
        fields[model].shares = { many: row, most: 4 }
        const share = (field) => at('share', field)
        return add(
          some(
            'share',
            at('row', 'shares'),
            all(
              equals(share('user'), at('user')),
              equals(share('role'), roleName),
              ...(expires ? [any(equals(share('until'), literal(null)), compare(share('until'), '>', now))] : []),
            ),
          ),
        )
      }
      case 'tenant':
        if (model !== this.root || !fields.User.tenant) return
        fields.User.role = role
        return add(all(equals(at('user', 'tenant'), at('row')), equals(at('user', 'role'), roleName)))
      case 'global':
        if (fields.User.roles) add(has(at('user', 'roles'), literal(this.pick(globalRoles))), this.pick(roles))
        return
    }
  }

  /** Rules about attributes, beside or in place of roles. */
  drawGrants(model, parent, plain) {
    const { spec } = this
    const row = spec.fields[model]
    const { User: user } = spec.fields
    const actions = spec.actions[model]
    const some1 = () => actions.filter((_, index) => index === 0 || this.chance(0.4))
    const [relation] = Object.keys(spec.relations[model] ?? {})
    const related = relation && spec.relations[model][relation].field
    const above = related ? spec.roles[parent] : undefined
    const extra = () => {
      const parts = []
      if (row.status && this.chance(0.4))
        parts.push(
          this.chance(0.5)
            ? oneOf(at('row', 'status'), this.sample(statuses, 2))
            : no(equals(at('row', 'status'), literal('archived'))),
        )
      if (row.isLocked && this.chance(0.3)) parts.push(no(isTrue(at('row', 'isLocked'))))
      return parts
    }
    const templates = [
      row.isPublic && (() => all(isTrue(at('row', 'isPublic')), ...extra())),
      row.owner && (() => all(equals(at('row', 'owner'), at('user')), ...extra())),
      row.department?.type &&
        user.department &&
        (() => {
          const same = equals(at('row', 'department'), at('user', 'department'))
          return row.level && user.level
            ? all(same, compare(at('row', 'level'), this.pick(['<', '<=']), at('user', 'level')), ...extra())
            : all(same, ...extra())
        }),
      row.publishedAt &&
        (() => all(present(at('row', 'publishedAt')), compare(at('row', 'publishedAt'), '<=', now), ...extra())),
      row.watchers && (() => all(...extra(), has(at('row', 'watchers'), at('user')))),
      user.roles && (() => all(has(at('user', 'roles'), literal(this.pick(globalRoles))), ...extra())),
      user.kind &&
        row.status &&
        (() =>
          all(
            equals(at('user', 'kind'), literal(this.pick(kinds))),
            equals(at('row', 'status'), literal('published')),
          )),
      above &&
        !spec.fields[model][related].nullable &&
        (() =>
          all(
            ...(row.isPrivate ? [no(isTrue(at('row', 'isPrivate')))] : extra()),
            holds(this.pick(above), at('row', related)),
          )),
      spec.roles[model] &&
        row.status &&
        (() => all(equals(at('row', 'status'), literal('published')), holds(spec.roles[model][0], at('row')))),
    ].filter(Boolean)
    let count = plain ? 3 + this.below(4) : this.pick([0, 1, 1, 2, 3])
    if (!this.forLists) {
      templates.push(...grantShapes(this, model, parent))
      count += this.pick([0, 1, 2])
      const helper = drawHelper(this, model, templates)
      if (helper)
        for (let n = 0; n < 2; n++) spec.grants.push({ model, actions: some1(), when: all(...extra(), helper()) })
      drawBreakGlass(this, model)
    }
    for (const template of this.sample(templates, count)) {
      const when = template()
      spec.grants.push({ model, actions: some1(), when: when.parts?.length === 1 ? when.parts[0] : when })
    }
    // An action that nothing grants would be asked for in vain.
    const granted = new Set([
      ...spec.implied.filter((one) => one.model === model).map(({ name }) => name),
      ...spec.grants.filter((one) => one.model === model).flatMap((one) => one.actions),
    ])
    const left = actions.filter((action) => !granted.has(action))
    if (left.length > 0) {
      row.owner ??= { one: 'User' }
      spec.grants.push({ model, actions: left, when: equals(at('row', 'owner'), at('user')) })
    }
  }

  drawDenials(model, parent) {
    const { spec } = this
    if (!this.forLists) drawBlockLists(this, model)
    const row = spec.fields[model]
    const { User: user } = spec.fields
    const changes = spec.actions[model].filter((action) => !['read', 'list'].includes(action))
    const up = parent && !row[lower(parent)].nullable ? lower(parent) : undefined
    const add = (share, actions, when) => {
      if (this.chance(share) && actions?.length !== 0)
        spec.denials.push({ model, ...(actions ? { actions } : {}), when })
    }
    if (row.isLocked) add(0.6, changes, isTrue(at('row', 'isLocked')))
    if (row.isArchived) add(0.6, changes, isTrue(at('row', 'isArchived')))
    if (up && spec.fields[parent].isArchived) add(0.4, changes, isTrue(at('row', up, 'isArchived')))
    if (user.kind && row.isPrivate)
      add(0.5, undefined, all(equals(at('user', 'kind'), literal('guest')), isTrue(at('row', 'isPrivate'))))
    if (row.expiresAt) {
      const expired = compare(at('row', 'expiresAt'), '<', now)
      add(0.5, undefined, row.expiresAt.nullable ? all(present(at('row', 'expiresAt')), expired) : expired)
    }
    if (user.tenant) {
      const path = this.pathToRoot(model)
      if (path) add(0.7, undefined, no(equals(at('user', 'tenant'), at('row', ...path))))
    }
    if (model !== this.root && this.pathToRoot(model) && this.chance(0.12)) {
      spec.fields.Ban = { [lower(this.root)]: { one: this.root } }
      user.bans = { many: 'Ban', most: 2 }
      add(
        1,
        undefined,
        some('ban', at('user', 'bans'), equals(at('ban', lower(this.root)), at('row', ...this.pathToRoot(model)))),
      )
    }
  }

  /** The relations that lead from a model to the root, if none of them can be nil. */
  pathToRoot(model) {
    const path = []
    while (model !== this.root) {
      const relation = Object.values(this.spec.relations[model] ?? {})[0]
      if (!relation || this.spec.fields[model][relation.field].nullable) return undefined
      path.push(relation.field)
      model = relation.to
    }
    return path
  }

  /** Folders in folders, and files in them. */
  drawFolders(root) {
    const { spec } = this
    const name = lower(root)
    const roles = this.forLists ? ['viewer', 'editor'] : this.pick(folderLadders)
    const [lowest] = roles
    const highest = roles.at(-1)
    spec.fields.Folder = {
      id: { type: 'id' },
      parent: { one: 'Folder', nullable: 0.1 },
      [name]: { one: root },
      owner: { one: 'User' },
    }
    spec.fields.File = { id: { type: 'id' }, folder: { one: 'Folder', ...(this.chance(0.3) ? { nullable: 0.1 } : {}) } }
    this.drawAttributes(spec.fields.File, 'File')
    Object.assign(spec.counts, { Folder: 150, File: 500 })
    Object.assign(spec.roles, { Folder: roles })
    Object.assign(spec.actions, { Folder: ['read', 'update'], File: ['read', 'update', 'delete'] })
    Object.assign(spec.relations, {
      Folder: { parent: { field: 'parent', to: 'Folder' } },
      File: { folder: { field: 'folder', to: 'Folder' } },
    })
    this.drawHolder(this.pick(['memberships', 'members', 'share']), 'Folder', roles)
    this.drawHolder('owner', 'Folder', roles)
    for (let index = 1; index < roles.length; index++)
      spec.implied.push({ model: 'Folder', name: roles[index - 1], by: roles[index] })
    for (const role of roles) {
      if (role === lowest || !this.forLists || this.chance(0.5))
        spec.implied.push({ model: 'Folder', name: role, by: role, on: 'parent' })
    }
    spec.implied.push(
      { model: 'Folder', name: 'read', by: lowest },
      { model: 'Folder', name: 'update', by: highest },
      { model: 'File', name: 'read', by: lowest, on: 'folder' },
      { model: 'File', name: 'update', by: roles.at(-2), on: 'folder' },
      ...(this.forLists ? [] : [{ model: 'File', name: 'delete', by: highest, on: 'folder' }]),
    )
    this.drawGrants('File', 'Folder', false)
    this.drawDenials('File', 'Folder')
  }
}

const lower = (model) => model[0].toLowerCase() + model.slice(1)
