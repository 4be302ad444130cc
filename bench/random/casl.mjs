// CASL's abilities for a specification, as its guide says: rules are defined for a user, with conditions on fields of rows. What it
// has no words for, such as two fields of a row that are compared with each other or a tree of rows, is `CannotSay`.
import { AbilityBuilder, createMongoAbility } from '@casl/ability'
import { comparisons, partsOf } from './specification.mjs'

export class CannotSay extends Error {}

const signs = { '=': '$eq', '!=': '$ne', '<': '$lt', '<=': '$lte', '>': '$gt', '>=': '$gte' }
const opposite = { '=': '!=', '!=': '=', '<': '>=', '<=': '>', '>': '<=', '>=': '<' }
const turned = { '=': '=', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' }
/** So many rules for one action and class are no ability that somebody would write. */
const mostRules = 200

/**
 * @returns {(user: object) => import('@casl/ability').MongoAbility}
 * @throws {CannotSay}
 */
export function abilityMakerOf(spec, constants) {
  for (const model of Object.keys(spec.relations)) {
    for (const { to } of Object.values(spec.relations[model])) {
      if (to === model) throw new CannotSay(`${model} is a tree`)
    }
  }
  return (user) => {
    const builder = new AbilityBuilder(createMongoAbility)
    const conditions = new Conditions(spec, user, constants)
    const isFulfilled = (condition) => conditions.dnf(condition, { user: { value: user } }).length > 0
    if (!spec.gate.every(isFulfilled)) return builder.build()
    for (const [model, actions] of Object.entries(spec.actions)) {
      const scope = { user: { value: user }, row: { path: [], model } }
      const define = (say, names, alternatives) => {
        for (const one of alternatives) say(names, model, Object.keys(one).length > 0 ? one : undefined)
      }
      // Actions that are granted under the same conditions share their rules.
      const byRules = new Map()
      for (const action of actions) {
        const rules = inLists(conditions.permission(model, action, scope))
        if (rules.length > mostRules) throw new CannotSay(`${rules.length} rules`)
        for (const rule of rules) {
          const key = JSON.stringify(rule)
          if (byRules.has(key)) byRules.get(key).names.push(action)
          else byRules.set(key, { names: [action], rule })
        }
      }
      for (const { names, rule } of byRules.values()) define(builder.can, names, [rule])
      for (const denial of spec.denials.filter((one) => one.model === model)) {
        define(builder.cannot, denial.actions ?? actions, conditions.dnf(denial.when, scope))
      }
    }
    if (spec.everything && isFulfilled(spec.everything)) builder.can('manage', 'all')
    return builder.build()
  }
}

/** Conditions on rows, as a list of alternatives, each of which is an object of conditions on fields. */
class Conditions {
  constructor(spec, user, constants) {
    this.spec = spec
    this.user = user
    this.constants = constants
  }

  permission(model, action, scope) {
    const granted = this.spec.grants
      .filter((grant) => grant.model === model && grant.actions.includes(action))
      .flatMap(({ when }) => this.dnf(when, scope))
    return [...granted, ...this.implied(model, action, scope)]
  }

  /** Alternatives of what follows from roles, on a row that is found at the scope's path. */
  implied(model, name, scope) {
    return this.spec.implied
      .filter((one) => one.model === model && one.name === name)
      .flatMap(({ by, on }) => {
        if (on === undefined) return this.role(model, by, scope)
        const { field, to } = this.spec.relations[model][on]
        const path = [...scope.row.path, field]
        const held = this.role(to, by, { ...scope, row: { path, model: to } })
        // A role that holds on every row holds on none where there is no row.
        return this.spec.fields[model][field].nullable > 0 ? both([{ [path.join('.')]: { $ne: null } }], held) : held
      })
  }

  role(model, role, scope) {
    const held = this.spec.holders
      .filter((holder) => holder.model === model && (holder.role ?? role) === role)
      .flatMap(({ when }) => this.dnf(when, { user: scope.user, row: scope.row, role: { value: role } }))
    return [...held, ...this.implied(model, role, scope)]
  }

  dnf(condition, scope) {
    switch (condition.kind) {
      case 'all':
        return condition.parts.reduce(
          (before, part) => both(before, before.length > 0 ? this.dnf(part, scope) : []),
          [{}],
        )
      case 'any':
        return condition.parts.flatMap((part) => this.dnf(part, scope))
      case 'no':
        return this.negative(condition.part, scope)
      case 'compare':
        return this.comparison(condition, scope, condition.operator)
      case 'oneOf':
        return this.membership(this.operand(condition.operand, scope), condition.values)
      case 'has': {
        const [list, item] = [this.operand(condition.list, scope), this.operand(condition.item, scope)]
        if ('value' in list) return this.membership(item, list.value)
        if (!('value' in item)) throw new CannotSay('a field of a row in its list')
        return isRow(item.value)
          ? [{ [list.path.join('.')]: { $elemMatch: { id: item.value.id } } }]
          : [{ [list.path.join('.')]: item.value }]
      }
      case 'some': {
        const list = this.operand(condition.list, scope)
        if ('value' in list) {
          return list.value.flatMap((value) => this.dnf(condition.when, { ...scope, [condition.name]: { value } }))
        }
        return this.elements(condition, scope).map((one) => ({ [list.path.join('.')]: { $elemMatch: one } }))
      }
      case 'present': {
        const operand = this.operand(condition.operand, scope)
        if ('value' in operand) return operand.value === null ? [] : [{}]
        return [{ [operand.path.join('.')]: { $ne: null } }]
      }
      case 'holds': {
        const row = this.operand(condition.operand, scope)
        if ('value' in row) throw new CannotSay('a role on a row of the user')
        return this.role(row.model, condition.role, { user: scope.user, row })
      }
      default:
        throw new CannotSay(condition.kind)
    }
  }

  /** Alternatives for an element of a row's list. */
  elements({ name, list, when }, scope) {
    const model = this.operand(list, scope).many
    const usesRow = [...partsOf(when)].some(
      ({ left, right, operand, list: inner, item, kind }) =>
        kind === 'holds' || [left, right, operand, inner, item].some((one) => one?.root === 'row'),
    )
    if (usesRow) throw new CannotSay('an element compared with its row')
    return this.dnf(when, { ...scope, [name]: { path: [], model } })
  }

  negative(condition, scope) {
    switch (condition.kind) {
      case 'all':
        return condition.parts.flatMap((part) => this.negative(part, scope))
      case 'any':
        return condition.parts.reduce((before, part) => both(before, this.negative(part, scope)), [{}])
      case 'no':
        return this.dnf(condition.part, scope)
      case 'compare':
        return this.comparison(condition, scope, opposite[condition.operator], condition.operator)
      case 'oneOf': {
        const operand = this.operand(condition.operand, scope)
        if ('value' in operand) return condition.values.includes(operand.value) ? [] : [{}]
        return [{ [operand.path.join('.')]: { $nin: condition.values } }]
      }
      case 'present': {
        const operand = this.operand(condition.operand, scope)
        if ('value' in operand) return operand.value === null ? [{}] : []
        return [{ [operand.path.join('.')]: null }]
      }
      case 'some': {
        const list = this.operand(condition.list, scope)
        if ('path' in list) throw new CannotSay('no element of a list of the row')
        return list.value.reduce(
          (before, value) => both(before, this.negative(condition.when, { ...scope, [condition.name]: { value } })),
          [{}],
        )
      }
      default:
        throw new CannotSay(`not ${condition.kind}`)
    }
  }

  /** @param asked the operator whose opposite this is, if the condition is a negation */
  comparison({ left, right }, scope, operator, asked) {
    let [a, b] = [this.operand(left, scope), this.operand(right, scope)]
    if ('value' in a && 'value' in b) {
      return (asked ? !comparisons[asked](a.value, b.value) : comparisons[operator](a.value, b.value)) ? [{}] : []
    }
    if ('value' in a) {
      ;[a, b] = [b, a]
      operator = turned[operator]
      asked = asked && turned[asked]
    }
    if (!('value' in b)) throw new CannotSay('two fields of the row')
    const isOrder = operator !== '=' && operator !== '!='
    if (b.value === null && isOrder) return asked ? [{}] : []
    const path = (a.model || isRow(b.value) ? [...a.path, ...(b.value === null ? [] : ['id'])] : a.path).join('.')
    const value = isRow(b.value) ? b.value.id : b.value
    const sign = signs[operator]
    const found = [{ [path]: sign === '$eq' ? value : { [sign]: value } }]
    // Nil has no order, so the negation of an ordering holds.
    return asked && isOrder ? [...found, { [path]: null }] : found
  }

  membership(operand, values) {
    if ('value' in operand) return values.includes(operand.value) ? [{}] : []
    if (operand.model) return [{ [[...operand.path, 'id'].join('.')]: { $in: values.map(({ id }) => id) } }]
    return [{ [operand.path.join('.')]: { $in: values } }]
  }

  /** A value that is known, or a path of the row. */
  operand(operand, scope) {
    switch (operand.kind) {
      case 'literal':
        return { value: operand.value }
      case 'role':
        return scope.role
      case 'now':
        return { value: this.constants.clock.now() }
      case 'path': {
        const root = scope[operand.root]
        if ('value' in root) return { value: operand.steps.reduce((value, step) => value?.[step] ?? null, root.value) }
        let type = { one: root.model }
        for (const step of operand.steps) {
          if (step === 'length') throw new CannotSay('a count')
          type = this.spec.fields[type.one][step]
        }
        return { path: [...root.path, ...operand.steps], model: type.one, many: type.many }
      }
    }
  }
}

const isRow = (value) => typeof value === 'object' && value !== null && !(value instanceof Date)

/** Every alternative of one with every alternative of the other. */
function both(some, others) {
  if (some.length * others.length > mostRules) throw new CannotSay('too many alternatives')
  return some.flatMap((one) => others.flatMap((other) => merged(one, other)))
}

/** Two conditions in one object, or nothing if they exclude each other. */
function merged(one, other) {
  const result = { ...one }
  for (const [path, added] of Object.entries(other)) {
    if (!(path in result)) {
      result[path] = added
      continue
    }
    const here = operatorsOf(result[path])
    for (const [sign, value] of Object.entries(operatorsOf(added))) {
      if (!(sign in here)) here[sign] = value
      else if (here[sign] === value) continue
      else if (sign === '$eq') return []
      else if (sign === '$nin') here.$nin = [...here.$nin, ...value]
      else if (sign === '$ne') {
        here.$nin = [...(here.$nin ?? []), here.$ne, value]
        delete here.$ne
      } else throw new CannotSay(`${sign} twice`)
    }
    result[path] = here
  }
  return [result]
}

const operatorsOf = (value) =>
  typeof value === 'object' && value !== null && !(value instanceof Date) ? { ...value } : { $eq: value }

/** Rules that differ in one value of a single field become one rule with a list, which CASL answers sooner. */
function inLists(rules) {
  const groups = new Map()
  const others = []
  for (const rule of rules) {
    const paths = Object.keys(rule)
    if (paths.length === 1 && ['string', 'number'].includes(typeof rule[paths[0]])) {
      groups.set(paths[0], new Set([...(groups.get(paths[0]) ?? []), rule[paths[0]]]))
    } else others.push(rule)
  }
  const lists = [...groups].map(([path, values]) =>
    values.size === 1 ? { [path]: [...values][0] } : { [path]: { $in: [...values] } },
  )
  const seen = new Set()
  return [...lists, ...others].filter((rule) => {
    const key = JSON.stringify(rule)
    return !seen.has(key) && seen.add(key)
  })
}
