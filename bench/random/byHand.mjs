// Writes the function that an expert would write by hand for a specification: one function for each class of row, a switch over its
// actions, cheap tests first, one pass over a list however many roles are looked for in it, a loop for a tree of rows.
import { all, canBeNil, no, operandsOf, partsOf, typeAt } from './specification.mjs'

/** @returns {(user: object, action: string, row: object) => boolean} */
export function byHandOf(spec, classes, constants) {
  return new Function('classes', 'constants', sourceOf(spec, Object.keys(classes)))(classes, constants)
}

/** The number of classes up to which comparing finds one; above it, a map does. */
const comparedClasses = 8

export function sourceOf(spec, classNames) {
  const list = flatList(spec)
  if (list) return flatSource(spec, classNames, list)
  const writer = new Writer(spec)
  const models = Object.keys(spec.actions)
  const scope = { user: { text: 'user', model: spec.actor } }
  const perModel = models.map((model) => writer.decisionOf(model))
  const gate = spec.gate.length > 0 ? writer.expression(all(...spec.gate), scope) : undefined
  const everything = spec.everything && writer.expression(spec.everything, scope)
  const dispatch =
    models.length === 1
      ? [`return row instanceof ${models[0]} && ${perModel[0]}(user, action, row)`]
      : models.length <= comparedClasses
        ? [
            'switch (row.constructor) {',
            ...models.map((model, index) => `case ${model}: return ${perModel[index]}(user, action, row)`),
            'default: return false',
            '}',
          ]
        : ['const decide = decisions.get(row.constructor)', 'return decide !== undefined && decide(user, action, row)']
  return [
    `const { ${classNames.join(', ')} } = classes`,
    'const { clock } = constants',
    ...writer.functions,
    ...(models.length > comparedClasses
      ? [`const decisions = new Map([${models.map((model, index) => `[${model}, ${perModel[index]}]`).join(', ')}])`]
      : []),
    'return (user, action, row) => {',
    ...(gate ? [`if (${negated(gate)}) return false`] : []),
    ...(everything ? [`if (${everything}) return true`] : []),
    ...dispatch,
    '}',
  ].join('\n')
}

/** The list of the user's roles, if there is nothing but roles that grant actions: then a table says it all. */
function flatList({ holders, grants, denials, gate, everything, implied }) {
  const [first] = holders
  const isFlat =
    grants.length + denials.length + gate.length === 0 &&
    everything === undefined &&
    first?.when.kind === 'has' &&
    holders.every(({ when, role }) => role === undefined && JSON.stringify(when) === JSON.stringify(first.when)) &&
    implied.every(({ on }) => on === undefined)
  return isFlat && first.when.item.kind === 'role' ? first.when.list : undefined
}

function flatSource(spec, classNames, list) {
  const writer = new Writer(spec)
  const tables = Object.entries(spec.actions).map(([model, actions]) => {
    const roles = actions.map((action) => {
      const by = spec.implied.filter((one) => one.model === model && one.name === action).map((one) => one.by)
      return `${action}: ${JSON.stringify(writer.closure(model, by, new Map()).wanted)}`
    })
    return `[${model}, { ${roles.join(', ')} }]`
  })
  const actions = [...new Set(Object.values(spec.actions).flat())]
  return [
    `const { ${classNames.join(', ')} } = classes`,
    `const tables = new Map([${tables.join(', ')}])`,
    'return (user, action, row) => {',
    'const table = tables.get(row.constructor)',
    'if (table === undefined) return false',
    'let wanted',
    'switch (action) {',
    ...actions.map((action) => `case ${JSON.stringify(action)}: wanted = table.${action}; break`),
    'default: return false',
    '}',
    'if (wanted === undefined) return false',
    `const list = ${writer.value(list, { user: { text: 'user' } })}`,
    'for (let i = 0; i < list.length; i++) for (let k = 0; k < wanted.length; k++) if (list[i] === wanted[k]) return true',
    'return false',
    '}',
  ].join('\n')
}

const negated = (text) => (/^!(?:[\w.]+|\([^()]*\))$/.test(text) ? text.slice(1) : `!(${text})`)

class Writer {
  constructor(spec) {
    this.spec = spec
    this.functions = []
    /** Names of functions by their text or by what they decide. */
    this.names = new Map()
  }

  /** Adds a function unless there is one of the same text. */
  define(prefix, parameters, body) {
    const text = `(${parameters.join(', ')}) {\n${body.join('\n')}\n}`
    const known = this.names.get(text)
    if (known) return known
    const name = `${prefix}${this.names.size}`
    this.names.set(text, name)
    this.functions.push(`function ${name}${text}`)
    return name
  }

  /** The function that decides about the rows of a model. */
  decisionOf(model) {
    const cases = this.spec.actions[model].map(
      (action) => `case ${JSON.stringify(action)}: return ${this.permission(model, action)}`,
    )
    const scope = this.rowScope(model)
    const denied = this.spec.denials.filter((denial) => denial.model === model && denial.actions === undefined)
    const first = this.ordered(denied.map(({ when }) => when)).map(
      (when) => `if (${this.expression(when, scope)}) return false`,
    )
    const body = [...first, 'switch (action) {', ...cases, 'default: return false', '}']
    return this.define(`on${model}`, ['user', 'action', 'row'], body)
  }

  rowScope(model) {
    return { user: { text: 'user', model: this.spec.actor }, row: { text: 'row', model } }
  }

  /** Whether the user may do something to a row, without the denials of every action. */
  permission(model, action) {
    const { grants, denials, implied } = this.spec
    const scope = this.rowScope(model)
    const concerns = (rule) => rule.model === model && rule.actions?.includes(action)
    const denied = denials.filter(concerns).map(({ when }) => no(when))
    const granted = grants.filter(concerns).map(({ when }) => when)
    const ways = implied.filter((one) => one.model === model && one.name === action)
    const roles = ways.filter(({ on }) => on === undefined).map(({ by }) => by)
    const related = new Map()
    for (const { by, on } of ways) if (on !== undefined) related.set(on, [...(related.get(on) ?? []), by])
    const alternatives = [
      ...granted.map((when) => ({ cost: this.cost(when), text: this.expression(when, scope) })),
      ...(ways.length > 0 ? [{ cost: 100, text: this.roles(model, roles, related)('user', 'row') }] : []),
    ].toSorted((a, b) => a.cost - b.cost)
    if (alternatives.length === 0) return 'false'
    const conditions = this.ordered(denied).map((condition) => this.expression(condition, scope))
    const may = alternatives.map(({ text }) => text).join(' || ')
    return conditions.length === 0 ? may : `${conditions.join(' && ')} && (${may})`
  }

  /** The roles that lead to one of these: on the row itself, and on related rows. */
  closure(model, roles, related) {
    const wanted = new Set(roles)
    const hops = new Map([...related].map(([relation, names]) => [relation, new Set(names)]))
    for (const role of wanted) {
      for (const { by, on } of this.spec.implied.filter((one) => one.model === model && one.name === role)) {
        if (on === undefined) wanted.add(by)
        else if (hops.has(on)) hops.get(on).add(by)
        else hops.set(on, new Set([by]))
      }
    }
    return { wanted: [...wanted].toSorted(), hops }
  }

  /** @returns {(user: string, row: string) => string} the call that finds whether the user has one of these roles */
  roles(model, roles, related = new Map()) {
    const { wanted, hops } = this.closure(model, roles, related)
    const key = keyOf(model, wanted, hops)
    const call = (user, row) => `${this.names.get(key)}(${user}, ${row})`
    if (this.names.has(key)) return call
    this.names.set(key, `hasRole${this.names.size}`)
    const scope = this.rowScope(model)
    const holders = this.spec.holders.filter(
      (holder) =>
        holder.model === model && (holder.role === undefined ? wanted.length > 0 : wanted.includes(holder.role)),
    )
    const here = holders
      .toSorted((a, b) => this.cost(a.when) - this.cost(b.when))
      .map(({ when }) => this.expression(when, scope, wanted))
    const onward = [...hops].map(([relation, names]) => {
      const { field, to } = this.spec.relations[model][relation]
      const reached = this.closure(to, [...names], new Map())
      const again = to === model && keyOf(to, reached.wanted, reached.hops) === key
      const nullable = this.spec.fields[model][field].nullable > 0
      return { field, again, nullable, call: again ? undefined : this.roles(to, [...names]) }
    })
    const others = onward
      .filter(({ again }) => !again)
      .map(({ field, nullable, call: reach }) =>
        nullable ? `row.${field} !== null && ${reach('user', `row.${field}`)}` : reach('user', `row.${field}`),
      )
    const tests = [...here, ...others]
    const loop = onward.find(({ again }) => again)
    const body =
      loop === undefined
        ? [`return ${tests.join(' || ') || 'false'}`]
        : [
            `for (let row = leaf; row !== null; row = row.${loop.field}) {`,
            ...(tests.length > 0 ? [`if (${tests.join(' || ')}) return true`] : []),
            '}',
            'return false',
          ]
    const parameters = loop === undefined ? 'user, row' : 'user, leaf'
    this.functions.push(`function ${this.names.get(key)}(${parameters}) {\n${body.join('\n')}\n}`)
    return call
  }

  cost(condition) {
    switch (condition.kind) {
      case 'all':
      case 'any':
        return condition.parts.reduce((sum, part) => sum + this.cost(part), 0)
      case 'no':
        return this.cost(condition.part)
      case 'some':
        return 20 + 5 * this.cost(condition.when)
      case 'has':
        return 15
      case 'helper':
        return this.spec.helpers[condition.name].ways.reduce((sum, way) => sum + this.cost(way), 0)
      case 'text':
        return 2
      case 'holds':
        return 100
      default:
        return operandsOf(condition).some((operand) => operand.kind === 'now') ? 3 : 1
    }
  }

  ordered(conditions) {
    return conditions.toSorted((a, b) => this.cost(a) - this.cost(b))
  }

  /** A condition as an expression, as tight as `&&` binds. `wanted` are the roles of which one is asked for. */
  expression(condition, scope, wanted) {
    switch (condition.kind) {
      case 'all': {
        // The relations that a test found to be present.
        const known = new Set(scope.known)
        return condition.parts
          .map((part) => {
            const text = this.expression(part, { ...scope, known }, wanted)
            if (part.kind === 'present') known.add(this.value(part.operand, scope))
            return text
          })
          .join(' && ')
      }
      case 'any':
        return `(${this.ordered(condition.parts)
          .map((part) => this.expression(part, scope, wanted))
          .join(' || ')})`
      case 'no': {
        const text = this.expression(condition.part, scope, wanted)
        return /^[\w.]+(?:\([^()]*\))?$/.test(text) ? `!${text}` : `!(${text})`
      }
      case 'compare':
        return this.comparison(condition, scope, wanted)
      case 'oneOf': {
        const value = this.value(condition.operand, scope)
        return group(condition.values.map((one) => `${value} === ${JSON.stringify(one)}`))
      }
      case 'has':
        return this.membership(condition, scope, wanted)
      case 'some':
        return this.search(condition, scope, wanted)
      case 'present':
        return `${this.value(condition.operand, scope)} !== null`
      case 'holds': {
        const model = typeAt(this.spec, modelsOf(scope), condition.operand).one
        return this.roles(model, [condition.role])('user', this.value(condition.operand, scope))
      }
      case 'text': {
        const [left, right] = [condition.left, condition.right].map((one) => this.value(one, scope))
        const guards = this.unknownNils(scope, condition.left, condition.right)
        return [...guards, `${left}.${condition.operator}(${right})`].join(' && ')
      }
      case 'helper': {
        const row = this.value(condition.operand, scope)
        const guards = this.unknownNils(scope, condition.operand)
        return [...guards, `${this.helper(condition.name)}(user, ${row})`].join(' && ')
      }
    }
  }

  /** Tests of operands that can be nil, unless a test before found them to be present. */
  unknownNils(scope, ...operands) {
    return operands
      .filter((one) => one.kind === 'path' && canBeNil(this.spec, modelsOf(scope), one))
      .map((one) => this.value(one, scope))
      .filter((value) => !scope.known?.has(value))
      .map((value) => `${value} !== null`)
  }

  /** The function of a helper: its ways, the cheapest first. */
  helper(name) {
    const { model, ways } = this.spec.helpers[name]
    const scope = this.rowScope(model)
    const tests = this.ordered(ways).map((way) => this.expression(way, scope))
    return this.define(name, ['user', 'row'], [`return ${tests.join(' || ')}`])
  }

  value(operand, scope) {
    switch (operand.kind) {
      case 'literal':
        return JSON.stringify(operand.value)
      case 'now':
        return 'clock.now()'
      case 'path': {
        const whole = [scope[operand.root].text, ...operand.steps].join('.')
        return scope.hoisted?.get(whole) ?? whole
      }
    }
  }

  comparison({ left, operator, right }, scope, wanted) {
    const models = modelsOf(scope)
    if (left.kind === 'role' || right.kind === 'role') {
      const value = this.value(left.kind === 'role' ? right : left, scope)
      return group(wanted.map((role) => `${value} === ${JSON.stringify(role)}`))
    }
    if (right.kind === 'literal' && right.value === true) {
      return operator === '=' ? this.value(left, scope) : `!${this.value(left, scope)}`
    }
    const typeOf = (operand) => (operand.kind === 'path' ? typeAt(this.spec, models, operand) : undefined)
    const type = typeOf(left) ?? typeOf(right)
    const isUnknownNil = (operand) =>
      operand.kind === 'path' && canBeNil(this.spec, models, operand) && !scope.known?.has(this.value(operand, scope))
    if (operator === '=' || operator === '!=') {
      const sign = operator === '=' ? '===' : '!=='
      const byKey = this.spec.keyed && type?.one && right.kind === 'path'
      const side = (operand) => `${this.value(operand, scope)}${byKey ? (isUnknownNil(operand) ? '?.id' : '.id') : ''}`
      return `${side(left)} ${sign} ${side(right)}`
    }
    const isDate = left.kind === 'now' || right.kind === 'now' || type?.type === 'date'
    const side = (operand) => `${this.value(operand, scope)}${isDate ? '.getTime()' : ''}`
    const guards = [left, right].filter(isUnknownNil).map((operand) => `${this.value(operand, scope)} !== null && `)
    return `${guards.join('')}${side(left)} ${operator} ${side(right)}`
  }

  membership({ list, item }, scope, wanted) {
    const models = modelsOf(scope)
    const values = this.value(list, scope)
    if (item.kind === 'role') {
      if (wanted.length === 1) return `${values}.includes(${JSON.stringify(wanted[0])})`
      const test = wanted.map((role) => `list[i] === ${JSON.stringify(role)}`).join(' || ')
      return `${this.loop('hasOne', ['list'], test)}(${values})`
    }
    const value = this.value(item, scope)
    if (this.spec.keyed && item.kind === 'path' && typeAt(this.spec, models, item).one) {
      const found = `${this.loop('contains', ['list', 'item'], 'list[i].id === item.id')}(${values}, ${value})`
      return [...this.unknownNils(scope, item), found].join(' && ')
    }
    return `${values}.includes(${value})`
  }

  loop(prefix, parameters, test) {
    return this.define(prefix, parameters, [
      `for (let i = 0; i < list.length; i++) if (${test}) return true`,
      'return false',
    ])
  }

  /** A function with a loop; whatever the loop reads again and again from outside is read once, before it. */
  search({ name, list, when }, scope, wanted) {
    const models = modelsOf(scope)
    const hoisted = new Map()
    const passed = []
    const roots = new Set()
    for (const part of partsOf(when)) {
      for (const operand of operandsOf(part)) {
        if (operand.kind !== 'path' || scope[operand.root] === undefined || operand.root === name) continue
        const before = operand.steps.slice(0, -1).length
        const reads =
          operand.steps.length > 0 &&
          !canBeNil(this.spec, models, { ...operand, steps: operand.steps.slice(0, before) })
        const text = this.value(operand, scope)
        if (!reads) roots.add(operand.root)
        else if (!hoisted.has(text)) {
          hoisted.set(text, `${operand.steps.at(-1)}Of${operand.root[0].toUpperCase()}${operand.root.slice(1)}`)
          passed.push([hoisted.get(text), text])
        }
      }
      if (part.kind === 'holds' || part.kind === 'helper') roots.add('user')
    }
    const inner = {
      ...scope,
      hoisted: new Map([...(scope.hoisted ?? []), ...hoisted]),
      [name]: { text: name, model: typeAt(this.spec, models, list).many },
    }
    const test = this.expression(when, inner, wanted)
    const kept = [...roots].map((root) => scope[root].text)
    const parameters = ['list', ...kept, ...passed.map(([parameter]) => parameter)]
    const search = this.define(`some${name[0].toUpperCase()}${name.slice(1)}`, parameters, [
      'for (let i = 0; i < list.length; i++) {',
      `const ${name} = list[i]`,
      `if (${test}) return true`,
      '}',
      'return false',
    ])
    return `${search}(${[this.value(list, scope), ...kept, ...passed.map(([, text]) => text)].join(', ')})`
  }
}

const group = (tests) => (tests.length === 1 ? tests[0] : `(${tests.join(' || ')})`)
const modelsOf = (scope) =>
  Object.fromEntries(Object.entries(scope).flatMap(([name, { model }]) => (model ? [[name, model]] : [])))
const keyOf = (model, wanted, hops) =>
  JSON.stringify([model, wanted, [...hops].map(([relation, names]) => [relation, [...names].toSorted()]).toSorted()])
