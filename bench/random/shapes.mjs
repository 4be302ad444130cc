// Further shapes of applications' policies, drawn into a specification: roles by name, validity windows, shares with groups, block
// lists, delegation, break-glass rows, counts, quotas, text prefixes, tags, four eyes, and helper rules that permissions share.
import {
  all,
  any,
  at,
  compare,
  equals,
  equalsTwice,
  has,
  helped,
  holds,
  isTrue,
  literal,
  no,
  now,
  present,
  roleName,
  some,
  text,
} from './specification.mjs'

const tags = ['alpha', 'beta', 'gamma', 'delta']
const regions = ['eu', 'eu-north', 'eu-south', 'us', 'us-east']
const user = (...steps) => at('user', ...steps)
const row = (...steps) => at('row', ...steps)
const date = (nullable) => ({ type: 'date', ...(nullable ? { nullable } : {}) })

/** The same row, in one of the ways to write it. */
export function sameRow(draw, left, right) {
  const [a, b] = draw.chance(0.25) ? [right, left] : [left, right]
  return draw.chance(0.4) ? equalsTwice(a, b) : equals(a, b)
}
const otherRow = (draw, left, right) => (draw.chance(0.5) ? compare(left, '!=', right) : no(sameRow(draw, left, right)))

/** Between two times, of which the later one is often unknown. */
function window(draw, element, type) {
  type.from = date()
  type.until = date(0.5)
  const until = element('until')
  const open = any(
    draw.chance(0.5) ? equals(until, literal(null)) : equalsTwice(until, literal(null)),
    compare(until, '>', now),
  )
  return [compare(element('from'), '<=', now), open]
}

export function drawUserShapes(draw) {
  const { fields, counts } = draw.spec
  if (draw.chance(0.35))
    fields.User.region = { type: 'string', of: regions, ...(draw.chance(0.3) ? { nullable: 0.2 } : {}) }
  if (draw.chance(0.3)) fields.User.tags = { type: 'string', list: true, of: tags, most: 3 }
  if (draw.chance(0.25)) fields.User.blocked = { many: 'User', most: 2, shared: true }
  if (draw.chance(0.3))
    Object.assign(fields.User, { used: { type: 'integer', below: 9 }, quota: { type: 'integer', below: 9 } })
  if (draw.chance(0.35)) fields.User.manager = { one: 'User', nullable: 0.2 }
  if (draw.chance(0.3)) {
    fields.Group = { id: { type: 'id' }, ...(draw.chance(0.4) ? { isActive: { type: 'boolean', share: 0.8 } } : {}) }
    counts.Group = 20
    fields.User.groups = { many: 'Group', most: 3, shared: true }
  }
}

/** Delegation: whoever acts for somebody else may do what that person may. */
export function drawDelegation(draw) {
  const { spec } = draw
  if (!draw.chance(0.35)) return
  const type = { principal: { one: 'User' } }
  spec.fields.Delegation = type
  spec.fields.User.delegations = { many: 'Delegation', most: 3 }
  const delegation = (field) => at('delegation', field)
  const valid = draw.chance(0.7) ? window(draw, delegation, type) : []
  const ways = [
    sameRow(draw, row(), user()),
    some('delegation', user('delegations'), all(sameRow(draw, delegation('principal'), row()), ...valid)),
    ...(spec.fields.User.manager ? [sameRow(draw, row('manager'), user())] : []),
  ]
  spec.helpers.acts_for = { model: 'User', ways }
}

export function drawAttributeShapes(draw, fields, model) {
  const add = (share, name, type) => {
    if (draw.chance(share)) fields[name] ??= type
  }
  const { User } = draw.spec.fields
  add(0.35, 'author', { one: 'User', ...(draw.chance(0.3) ? { nullable: 0.2 } : {}) })
  add(0.25, 'assignee', { one: 'User', nullable: 0.3 })
  if (User.region) add(0.6, 'region', { type: 'string', of: regions, ...(draw.chance(0.3) ? { nullable: 0.2 } : {}) })
  if (User.tags) add(0.6, 'tags', { type: 'string', list: true, of: tags, most: 3 })
  if (User.groups) add(0.6, 'group', { one: 'Group', nullable: 0.2 })
  add(0.2, 'blocked', { many: 'User', most: 2, shared: true })
  if (draw.chance(0.25))
    Object.assign(fields, { size: { type: 'integer', below: 9 }, limit: { type: 'integer', below: 9 } })
  if (draw.chance(0.2)) Object.assign(fields, { opensAt: date(), closesAt: date(0.4) })
  if (draw.chance(0.2)) {
    const approval = `${model}Approval`
    draw.spec.fields[approval] = { by: { one: 'User' }, isRejected: { type: 'boolean', share: 0.2 } }
    fields.approvals = { many: approval, most: 3 }
  }
}

/** A second relation to the parent's model. */
export function drawSecondRelation(draw, model, parent) {
  const { spec } = draw
  if (!parent || !spec.roles[parent] || !draw.chance(0.25)) return
  spec.fields[model].origin = { one: parent, nullable: 0.3 }
  spec.relations[model].origin = { field: 'origin', to: parent }
  const names = [...(spec.roles[model] ?? []).slice(0, 2), spec.actions[model][0]]
  spec.implied.push({ model, name: draw.pick(names), by: draw.pick(spec.roles[parent]), on: 'origin' })
}

/** Shares with a user or a group, one of which is nil, within a window. */
export function drawGroupShare(draw, model, roles) {
  const { fields, holders } = draw.spec
  if (!fields.User.groups || fields[model].sharing) return
  const type = {
    role: { type: 'string', of: roles },
    user: { one: 'User', nullable: 0.5 },
    group: { one: 'Group', nullable: 0.5 },
  }
  fields[`${model}GroupShare`] = type
  fields[model].sharing = { many: `${model}GroupShare`, most: 4 }
  const share = (field) => at('share', field)
  const valid = draw.chance(0.5) ? window(draw, share, type) : []
  const who = any(sameRow(draw, share('user'), user()), has(user('groups'), share('group')))
  holders.push({ model, when: some('share', row('sharing'), all(equals(share('role'), roleName), ...valid, who)) })
}

/** The text of a field that a method is called of: only if there is one. */
const known = (field, operand) => (field.nullable ? [present(operand)] : [])

export function grantShapes(draw, model, parent) {
  const { spec } = draw
  const [mine, own] = [spec.fields[model], spec.fields.User]
  const roles = spec.roles[model]
  const person = draw.pick(['owner', 'author', 'assignee'].filter((name) => mine[name]?.one === 'User'))
  const ranked = roles && (() => holds(draw.pick(roles), row()))
  return [
    person && (() => sameRow(draw, row(person), user())),
    person &&
      own.manager &&
      (() => all(...known(mine[person], row(person)), sameRow(draw, row(person, 'manager'), user()))),
    person && spec.helpers.acts_for && (() => helped('acts_for', row(person))),
    person && ranked && (() => all(ranked(), otherRow(draw, row(person), user()))),
    mine.author &&
      mine.owner &&
      (() => all(otherRow(draw, row('author'), row('owner')), sameRow(draw, row('author'), user()))),
    mine.region &&
      own.region &&
      (() =>
        all(
          ...known(mine.region, row('region')),
          ...known(own.region, user('region')),
          text(row('region'), 'startsWith', user('region')),
        )),
    mine.region &&
      (() =>
        all(
          ...known(mine.region, row('region')),
          text(row('region'), 'startsWith', literal('eu')),
          ...(ranked ? [ranked()] : [equals(row('region'), literal('eu'))]),
        )),
    mine.tags && own.tags && (() => some('tag', row('tags'), has(user('tags'), at('tag')))),
    mine.group && (() => has(user('groups'), row('group'))),
    mine.group &&
      spec.fields.Group?.isActive &&
      (() =>
        some('group', user('groups'), all(isTrue(at('group', 'isActive')), sameRow(draw, at('group'), row('group'))))),
    mine.size && (() => all(compare(row('size'), '<', row('limit')), ...(person ? [equals(row(person), user())] : []))),
    mine.size &&
      own.quota &&
      (() =>
        all(
          compare(own.used ? user('used') : row('size'), '<=', user('quota')),
          ...(ranked ? [ranked()] : [compare(row('size'), '<', user('quota'))]),
        )),
    mine.opensAt &&
      (() =>
        all(
          compare(row('opensAt'), '<=', now),
          any(equals(row('closesAt'), literal(null)), compare(row('closesAt'), '>', now)),
        )),
    mine.approvals &&
      (() =>
        all(
          compare(row('approvals', 'length'), '>=', literal(2)),
          no(some('approval', row('approvals'), isTrue(at('approval', 'isRejected')))),
        )),
    mine.approvals &&
      person &&
      (() =>
        all(
          equals(row(person), user()),
          no(some('approval', row('approvals'), sameRow(draw, at('approval', 'by'), user()))),
        )),
    mine.watchers &&
      (() =>
        all(
          compare(row('watchers', 'length'), '<', literal(3)),
          ...(ranked ? [ranked()] : [has(row('watchers'), user())]),
        )),
    mine.origin &&
      spec.roles[parent] &&
      (() => all(present(row('origin')), holds(draw.pick(spec.roles[parent]), row('origin')))),
  ].filter(Boolean)
}

/** A helper rule with alternatives, which grants of the model share. */
export function drawHelper(draw, model, templates) {
  const { spec } = draw
  const most = templates.length
  if (most < 2 || !draw.chance(0.35)) return undefined
  const name = `has_access_to_${model.toLowerCase()}`
  spec.helpers[name] = {
    model,
    ways: draw.sample(templates, Math.min(most, 2 + draw.below(2))).map((template) => template()),
  }
  return () => helped(name, row())
}

/** Break-glass: an emergency that somebody else approved opens a row for a while. */
export function drawBreakGlass(draw, model) {
  const { spec } = draw
  if (!draw.chance(0.15)) return
  const type = { row: { one: model }, approver: { one: 'User', nullable: 0.3 }, expiresAt: date() }
  spec.fields[`${model}Emergency`] = type
  const list = `${model[0].toLowerCase()}${model.slice(1)}Emergencies`
  spec.fields.User[list] = { many: `${model}Emergency`, most: 2 }
  const glass = (field) => at('glass', field)
  const when = some(
    'glass',
    user(list),
    all(
      sameRow(draw, glass('row'), row()),
      present(glass('approver')),
      otherRow(draw, glass('approver'), user()),
      compare(glass('expiresAt'), '>', now),
    ),
  )
  spec.grants.push({ model, actions: spec.actions[model].slice(0, 2), when })
}

/** Block lists: of the row, and of the user whom it belongs to. */
export function drawBlockLists(draw, model) {
  const { fields, denials } = draw.spec
  if (fields[model].blocked && draw.chance(0.8)) denials.push({ model, when: has(row('blocked'), user()) })
  if (fields.User.blocked && fields[model].owner?.one === 'User' && draw.chance(0.5))
    denials.push({ model, when: has(user('blocked'), row('owner')) })
}
