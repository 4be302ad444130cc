// Brute force: evaluates a specification as it is, without a thought for speed.

import { comparisons } from './specification.mjs'

/** @returns {(user: object, action: string, row: object) => boolean} */
export function truthOf(spec, constants) {
  const modelOf = (row) => row.constructor.name
  /** Roles by row, within one question. */
  const known = new Map()

  function read(operand, scope) {
    switch (operand.kind) {
      case 'literal':
        return operand.value
      case 'role':
        return scope.role
      case 'now':
        return constants.clock.now()
      case 'path':
        return operand.steps.reduce((value, step) => value[step], scope[operand.root])
    }
  }

  function isFulfilled(condition, scope) {
    switch (condition.kind) {
      case 'all':
        return condition.parts.every((part) => isFulfilled(part, scope))
      case 'any':
        return condition.parts.some((part) => isFulfilled(part, scope))
      case 'no':
        return !isFulfilled(condition.part, scope)
      case 'compare':
        return comparisons[condition.operator](read(condition.left, scope), read(condition.right, scope))
      case 'oneOf':
        return condition.values.includes(read(condition.operand, scope))
      case 'has':
        return read(condition.list, scope).includes(read(condition.item, scope))
      case 'some':
        return read(condition.list, scope).some((element) =>
          isFulfilled(condition.when, { ...scope, [condition.name]: element }),
        )
      case 'present':
        return read(condition.operand, scope) !== null
      case 'text': {
        const [left, right] = [read(condition.left, scope), read(condition.right, scope)]
        return left !== null && right !== null && left[condition.operator](right)
      }
      case 'helper': {
        const row = read(condition.operand, scope)
        return (
          row !== null && spec.helpers[condition.name].ways.some((way) => isFulfilled(way, { user: scope.user, row }))
        )
      }
      case 'holds':
        return rolesOn(scope.user, read(condition.operand, scope)).has(condition.role)
    }
  }

  /** All roles of a user on a row: those that are stored, and then whatever follows from them, until nothing does. */
  function rolesOn(user, row) {
    if (!known.has(row)) known.set(row, computedRoles(user, row))
    return known.get(row)
  }

  function computedRoles(user, row) {
    const model = modelOf(row)
    const holders = spec.holders.filter((holder) => holder.model === model)
    const held = new Set(
      spec.roles[model].filter((role) =>
        holders.some((holder) => (holder.role ?? role) === role && isFulfilled(holder.when, { user, row, role })),
      ),
    )
    const implied = spec.implied.filter((one) => one.model === model)
    for (let before = -1; before < held.size; ) {
      before = held.size
      for (const { name, by, on } of implied) {
        if (on === undefined ? held.has(by) : isOnRelated(user, row, by, on)) held.add(name)
      }
    }
    return held
  }

  function isOnRelated(user, row, role, relation) {
    const related = row[spec.relations[modelOf(row)][relation].field]
    return related !== null && rolesOn(user, related).has(role)
  }

  return (user, action, row) => {
    known.clear()
    const scope = { user, row }
    if (!spec.gate.every((condition) => isFulfilled(condition, scope))) return false
    if (spec.everything && isFulfilled(spec.everything, scope)) return true
    const concerns = (rule) => rule.model === modelOf(row) && (rule.actions?.includes(action) ?? true)
    if (spec.denials.some((denial) => concerns(denial) && isFulfilled(denial.when, scope))) return false
    if (spec.grants.some((grant) => concerns(grant) && isFulfilled(grant.when, scope))) return true
    return spec.implied.some(
      ({ model, name, by, on }) =>
        model === modelOf(row) &&
        name === action &&
        (on === undefined ? rolesOn(user, row).has(by) : isOnRelated(user, row, by, on)),
    )
  }
}
