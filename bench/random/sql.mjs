// Writes the SQL that an expert would write by hand for a list of a specification: what is known of the user is put in, memberships
// as lists of keys; lists of a row are EXISTS; a related row is joined if more than its key is read.
import { joinTable, ownerColumn } from './tables.mjs'

const TRUE = { kind: 'true' }
const FALSE = { kind: 'false' }
const text = (sql) => ({ kind: 'text', sql })

function or(parts) {
  const flat = parts.flatMap((one) => (one.kind === 'or' ? one.parts : one)).filter(({ kind }) => kind !== 'false')
  if (flat.some(({ kind }) => kind === 'true')) return TRUE
  // Keys of one column are one list.
  const lists = new Map()
  const others = []
  for (const one of flat) {
    if (one.kind !== 'in') others.push(one)
    else lists.set(one.column, [...(lists.get(one.column) ?? []), ...one.values])
  }
  const merged = [
    ...[...lists].map(([column, values]) => ({ kind: 'in', column, values: [...new Set(values)] })),
    ...others,
  ]
  if (merged.length === 0) return FALSE
  return merged.length === 1 ? merged[0] : { kind: 'or', parts: merged }
}

function and(parts) {
  const flat = parts.flatMap((one) => (one.kind === 'and' ? one.parts : one)).filter(({ kind }) => kind !== 'true')
  if (flat.some(({ kind }) => kind === 'false')) return FALSE
  if (flat.length === 0) return TRUE
  return flat.length === 1 ? flat[0] : { kind: 'and', parts: flat }
}

function not(part) {
  if (part.kind === 'true') return FALSE
  if (part.kind === 'false') return TRUE
  return part.kind === 'not' ? part.part : { kind: 'not', part }
}

/**
 * The condition of a list as SQL.
 * @param user - The user with its lists: rows of memberships with the keys of their references.
 * @returns {{ from: string, where: string }}
 */
export function listSql(spec, model, action, user, now) {
  const writer = new Writer(spec, user, now)
  // The joins are known when the condition is written.
  const where = print(writer.decision(model, action))
  return { from: [`"${model}" t`, ...writer.joins].join(' '), where }
}

function print(condition) {
  switch (condition.kind) {
    case 'text':
      return condition.sql
    case 'in': {
      const values = condition.values.map(literalSql)
      return values.length === 1
        ? `${condition.column} = ${values[0]}`
        : `${condition.column} IN (${values.join(', ')})`
    }
    case 'and':
      return condition.parts.map((one) => (one.kind === 'or' ? `(${print(one)})` : print(one))).join(' AND ')
    case 'or':
      return condition.parts.map((one) => (one.kind === 'and' ? `(${print(one)})` : print(one))).join(' OR ')
    case 'not':
      return `(${print(condition.part)}) IS NOT TRUE`
    case 'true':
    case 'false':
      return condition.kind
  }
}

function literalSql(value) {
  if (value instanceof Date) return `timestamptz '${value.toISOString()}'`
  return typeof value === 'string' ? `'${value}'` : String(value)
}

const compareValues = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a !== null && b !== null && a < b,
  '<=': (a, b) => a !== null && b !== null && a <= b,
  '>': (a, b) => a !== null && b !== null && a > b,
  '>=': (a, b) => a !== null && b !== null && a >= b,
}
const mirrored = { '=': '=', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

class Writer {
  constructor(spec, user, now) {
    this.spec = spec
    this.user = user
    this.now = now
    this.joins = []
    this.aliases = new Map()
    this.count = 0
  }

  decision(model, action) {
    const { gate, everything, denials, grants, implied } = this.spec
    const row = { kind: 'row', model, id: 't."id"', alias: () => 't' }
    const scope = { user: { kind: 'known', model: this.spec.actor, row: this.user }, row }
    const may = ({ model: of, actions }) => of === model && (actions?.includes(action) ?? true)
    const denied = denials.filter(may).map(({ when }) => not(this.condition(when, scope)))
    const granted = grants.filter(may).map(({ when }) => this.condition(when, scope))
    const ways = implied.filter((one) => one.model === model && one.name === action)
    const byRoles = this.anyRole(row, ways, scope)
    return and([
      ...gate.map((one) => this.condition(one, scope)),
      or([...(everything ? [this.condition(everything, scope)] : []), and([...denied, or([...granted, byRoles])])]),
    ])
  }

  /** Whether one of several ways, each by a role of the row or of a related one, holds. */
  anyRole(row, ways, scope) {
    const own = new Set(ways.filter(({ on }) => on === undefined).map(({ by }) => by))
    const related = new Map()
    const lead = ({ by, on }) => related.set(on, new Set([...(related.get(on) ?? []), by]))
    for (const way of ways) if (way.on !== undefined) lead(way)
    for (const role of own)
      for (const one of this.spec.implied.filter(({ model, name }) => model === row.model && name === role)) {
        if (one.on === undefined) own.add(one.by)
        else lead(one)
      }
    const holders = this.spec.holders.filter(
      ({ model, role }) => model === row.model && (role === undefined ? own.size > 0 : own.has(role)),
    )
    return or([
      ...holders.map(({ when }) => this.condition(when, { ...scope, row, roles: [...own] })),
      ...[...related].map(([relation, roles]) => {
        const { field, to } = this.spec.relations[row.model][relation]
        return this.anyRole(
          this.step(row, field, to),
          [...roles].map((by) => ({ by })),
          scope,
        )
      }),
    ])
  }

  /** A related row; it is joined when more than its key is read. */
  step(row, field, to) {
    const id = `${row.alias()}."${field}Id"`
    const alias = () => {
      const known = this.aliases.get(id)
      if (known) return known
      const name = `j${++this.count}`
      this.aliases.set(id, name)
      const joins = row.joins ?? this.joins
      joins.push(`LEFT JOIN "${to}" ${name} ON ${name}."id" = ${id}`)
      return name
    }
    return { kind: 'row', model: to, id, alias, joins: row.joins }
  }

  /** { kind: 'value' }, { kind: 'row' } or { kind: 'column' } */
  operand(operand, scope) {
    if (operand.kind === 'literal') return { kind: 'value', value: operand.value }
    if (operand.kind === 'now') return { kind: 'value', value: this.now }
    if (operand.kind === 'role') return { kind: 'roles' }
    let at = scope[operand.root]
    for (const step of operand.steps) {
      const type = this.spec.fields[at.model][step]
      if (at.kind === 'known') {
        if (type.many) at = { kind: 'list', model: type.many, rows: at.row[step] }
        else if (type.one) {
          const id = at.row[`${step}Id`]
          at = id === null ? { kind: 'value', value: null } : { kind: 'known', model: type.one, row: { id } }
        } else at = { kind: 'value', value: at.row[step] }
      } else if (type.many) at = { kind: 'rows', of: at, owner: at.model, list: step, type }
      else if (type.one) at = { ...this.step(at, step, type.one), nullable: type.nullable > 0 || at.nullable === true }
      else
        at = {
          kind: 'column',
          sql: `${at.alias()}."${step}"`,
          type,
          nullable: type.nullable > 0 || at.nullable === true,
        }
    }
    return at
  }

  condition(when, scope) {
    switch (when.kind) {
      case 'all':
        return and(when.parts.map((one) => this.condition(one, scope)))
      case 'any':
        return or(when.parts.map((one) => this.condition(one, scope)))
      case 'no':
        return not(this.condition(when.part, scope))
      case 'compare':
        return this.comparison(this.operand(when.left, scope), when.operator, this.operand(when.right, scope), scope)
      case 'oneOf': {
        const operand = this.operand(when.operand, scope)
        if (operand.kind === 'value') return when.values.includes(operand.value) ? TRUE : FALSE
        return { kind: 'in', column: operand.sql, values: when.values }
      }
      case 'present': {
        const operand = this.operand(when.operand, scope)
        if (operand.kind === 'value') return operand.value === null ? FALSE : TRUE
        return text(`${operand.sql ?? operand.id} IS NOT NULL`)
      }
      case 'has':
        return this.membership(this.operand(when.list, scope), this.operand(when.item, scope), scope)
      case 'some':
        return this.some(when, this.operand(when.list, scope), scope)
      case 'holds':
        return this.anyRole(this.operand(when.operand, scope), [{ by: when.role }], scope)
    }
  }

  comparison(left, operator, right, scope) {
    if (left.kind === 'roles') return this.comparison(right, mirrored[operator], left, scope)
    if (right.kind === 'roles') {
      if (left.kind === 'value') return scope.roles.includes(left.value) ? TRUE : FALSE
      return { kind: 'in', column: left.sql, values: scope.roles }
    }
    const known = (one) => (one.kind === 'known' ? one.row.id : one.kind === 'value' ? one.value : undefined)
    const [a, b] = [known(left), known(right)]
    if (a !== undefined && b !== undefined) {
      const plain = (value) => (value instanceof Date ? value.getTime() : value)
      return compareValues[operator](plain(a), plain(b)) ? TRUE : FALSE
    }
    if (a !== undefined) return this.comparison(right, mirrored[operator], left, scope)
    const column = left.sql ?? left.id
    const isEquality = operator === '=' || operator === '!='
    if (isEquality && operator === '!=') return not(this.comparison(left, '=', right, scope))
    if (b === undefined) {
      const other = right.sql ?? right.id
      return text(isEquality ? `${column} IS NOT DISTINCT FROM ${other}` : `${column} ${operator} ${other}`)
    }
    if (b === null) return isEquality ? text(`${column} IS NULL`) : FALSE
    if (isEquality && left.type?.type === 'boolean') return b ? text(column) : text(`NOT ${column}`)
    return isEquality ? { kind: 'in', column, values: [b] } : text(`${column} ${operator} ${literalSql(b)}`)
  }

  membership(list, item, scope) {
    if (list.kind === 'value') {
      if (item.kind === 'roles') return list.value.some((one) => scope.roles.includes(one)) ? TRUE : FALSE
      return list.value.includes(item.value) ? TRUE : FALSE
    }
    if (list.kind === 'list') {
      const ids = list.rows.map(({ id }) => id)
      return ids.length === 0 ? FALSE : { kind: 'in', column: item.id, values: ids }
    }
    const { of, owner, list: field, type } = list
    const { name, ownerId, itemId } = joinTable(owner, field, type.many)
    const alias = `e${++this.count}`
    const owned = `${alias}."${ownerId}" = ${of.id} AND ${alias}."${itemId}" = ${item.row.id}`
    return text(`EXISTS (SELECT FROM "${name}" ${alias} WHERE ${owned})`)
  }

  some({ name, when }, list, scope) {
    if (list.kind === 'list')
      return or(
        list.rows.map((row) => this.condition(when, { ...scope, [name]: { kind: 'known', model: list.model, row } })),
      )
    const { of, owner, list: field, type } = list
    const alias = `e${++this.count}`
    const joins = []
    const element = { kind: 'row', model: type.many, id: `${alias}."id"`, alias: () => alias, joins }
    const condition = this.condition(when, { ...scope, [name]: element })
    if (condition.kind === 'false') return FALSE
    const owned = `${alias}."${ownerColumn(owner, field)}" = ${of.id}`
    const whole = print(and([text(owned), condition]))
    return text(`EXISTS (SELECT FROM "${type.many}" ${alias}${joins.map((one) => ` ${one}`).join('')} WHERE ${whole})`)
  }
}
