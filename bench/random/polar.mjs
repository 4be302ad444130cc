// Prints a specification as a policy in Polar, as its author would write it.
import { operandsOf, partsOf } from './specification.mjs'

const quoted = (text) => JSON.stringify(text)
const list = (values) => `[${values.map(quoted).join(', ')}]`
export const variableOf = (model) => model[0].toLowerCase() + model.slice(1)

/** Variables in a rule's head, and the names that conditions of the rule have for them. */
function scopeOf(model) {
  const row = model === undefined ? 'resource' : model === 'User' ? 'principal' : variableOf(model)
  return { user: 'user', row, role: 'role', action: 'action' }
}

function operandText(operand, scope) {
  switch (operand.kind) {
    case 'literal':
      return operand.value === null ? 'nil' : JSON.stringify(operand.value)
    case 'role':
      return scope.role
    case 'now':
      return 'clock.now()'
    case 'path':
      return [scope[operand.root], ...operand.steps].join('.')
  }
}

/** The goals of a condition, one each; together they hold. */
function goals(condition, scope, roleRule) {
  const text = (operand) => operandText(operand, scope)
  switch (condition.kind) {
    case 'all':
      return condition.parts.flatMap((part) => goals(part, scope, roleRule))
    case 'any':
      return [
        `(${condition.parts
          .map((part) => goals(part, scope, roleRule).join(' and '))
          .map(grouped)
          .join(' or ')})`,
      ]
    case 'no': {
      const inner = goals(condition.part, scope, roleRule)
      return [inner.length === 1 ? `not ${inner[0]}` : `not (${inner.join(' and ')})`]
    }
    case 'compare':
      return [`${text(condition.left)} ${condition.spelled ?? condition.operator} ${text(condition.right)}`]
    case 'text':
      return [`${text(condition.left)}.${condition.operator}(${text(condition.right)})`]
    case 'helper':
      return [`${condition.name}(${scope.user}, ${text(condition.operand)})`]
    case 'oneOf':
      return [`${text(condition.operand)} in ${list(condition.values)}`]
    case 'has':
      return [`${text(condition.item)} in ${text(condition.list)}`]
    case 'some': {
      const taken = new Set(Object.values(scope))
      let name = condition.name
      for (let n = 2; taken.has(name); n++) name = `${condition.name}${n}`
      const inner = { ...scope, [condition.name]: name }
      return [`${name} in ${text(condition.list)}`, ...goals(condition.when, inner, roleRule)]
    }
    case 'present':
      return [`${text(condition.operand)} != nil`]
    case 'holds':
      return [`${roleRule}(${scope.user}, ${quoted(condition.role)}, ${text(condition.operand)})`]
  }
}

const grouped = (text) => (text.includes(' and ') ? `(${text})` : text)

const uses = (conditions, name) =>
  conditions.some((condition) =>
    [...partsOf(condition)].some(
      (part) =>
        (name === 'user' && (part.kind === 'holds' || part.kind === 'helper')) ||
        operandsOf(part).some((operand) => operand.root === name || operand.kind === name),
    ),
  )

/** A rule whose body is these goals. */
const rule = (head, body) => `${head}${body.length > 0 ? ` if\n  ${body.join(' and\n  ')}` : ''};`

export function polarOf(spec) {
  return spec.style === 'blocks' ? withBlocks(spec) : withRules(spec)
}

/** A rule of a user, a name or an action, and a row; arguments that the conditions don't use get an underscore. */
function ruleOf(spec, name, { second, model, conditions, roleRule, more = [], usesAction = false }) {
  const scope = scopeOf(model)
  const usesUser = uses(conditions, 'user') || more.some((goal) => /\buser\b/.test(goal))
  const usesRow = uses(conditions, 'row') || more.some((goal) => new RegExp(`\\b${scope.row}\\b`).test(goal))
  const user = `${usesUser ? '' : '_'}user: ${spec.actor}`
  const row = `${usesRow ? '' : '_'}${scope.row}: ${model}`
  const body = [...more, ...conditions.flatMap((condition) => goals(condition, scope, roleRule))]
  // The rule type of has_permission wants the type to be said.
  const action = name === 'has_permission' ? 'action: String' : 'action'
  return rule(`${name}(${user}, ${usesAction ? action : second}, ${row})`, body)
}

/** Rules that allow; `permission` is what the others lead to. */
function allowRules(spec, permission, roleRule) {
  const scope = scopeOf(undefined)
  const gate = spec.gate.flatMap((condition) => goals(condition, scope, roleRule))
  const rules = []
  const guarded = gate.length > 0 && spec.gateRule
  const gateGoals = guarded ? ['is_active(user)'] : gate
  if (guarded) rules.push(rule(`is_active(user: ${spec.actor})`, gate))
  if (spec.everything) {
    const goal = goals(spec.everything, scope, roleRule)
    rules.push(rule(`allow(user: ${spec.actor}, _action, _resource)`, [...gateGoals, ...goal]))
  }
  const denied = spec.denials.length > 0 ? ['not is_denied(user, action, resource)'] : []
  const head = gate.length + denied.length > 0 ? `user: ${spec.actor}` : 'user'
  rules.push(
    rule(`allow(${head}, action, resource)`, [...gateGoals, ...denied, `${permission}(user, action, resource)`]),
  )
  for (const { model, actions, when } of spec.denials) {
    const more = actions === undefined ? [] : [`action in ${list(actions)}`]
    const second = '_action'
    rules.push(
      ruleOf(spec, 'is_denied', {
        second,
        usesAction: actions !== undefined,
        model,
        conditions: [when],
        roleRule,
        more,
      }),
    )
  }
  return rules
}

/** Rules of helpers, one for each way. */
function helperRules(spec, roleRule) {
  return Object.entries(spec.helpers ?? {}).flatMap(([name, { model, ways }]) =>
    ways.map((way) => {
      const scope = scopeOf(model)
      const [user, row] = ['user', 'row'].map((one) => `${uses([way], one) ? '' : '_'}${scope[one]}`)
      return rule(`${name}(${user}: ${spec.actor}, ${row}: ${model})`, goals(way, scope, roleRule))
    }),
  )
}

function grantRules(spec, permission, roleRule) {
  return spec.grants.map(({ model, actions, when }) =>
    actions.length === 1
      ? ruleOf(spec, permission, { second: quoted(actions[0]), model, conditions: [when], roleRule })
      : ruleOf(spec, permission, {
          usesAction: true,
          model,
          conditions: [when],
          roleRule,
          more: [`action in ${list(actions)}`],
        }),
  )
}

function withBlocks(spec) {
  const models = Object.keys(spec.fields).filter((model) => spec.roles[model] || spec.actions[model])
  const blocks = models.map((model) => {
    const declared = [
      ...(spec.actions[model] ? [`  permissions = ${list(spec.actions[model])};`] : []),
      ...(spec.roles[model] ? [`  roles = ${list(spec.roles[model])};`] : []),
    ]
    const relations = Object.entries(spec.relations[model] ?? {})
    if (relations.length > 0)
      declared.push(`  relations = { ${relations.map(([name, { to }]) => `${name}: ${to}`).join(', ')} };`)
    const shorthand = spec.implied
      .filter((one) => one.model === model)
      .map(({ name, by, on }) => `  ${quoted(name)} if ${quoted(by)}${on ? ` on ${quoted(on)}` : ''};`)
    return `resource ${model} {\n${[...declared, ...shorthand].join('\n')}\n}`
  })
  const relationRules = models.flatMap((model) =>
    Object.entries(spec.relations[model] ?? {}).map(([name, { field, to }]) => {
      const [row, related] = [variableOf(model), variableOf(to) === variableOf(model) ? name : variableOf(to)]
      return rule(`has_relation(${related}: ${to}, ${quoted(name)}, ${row}: ${model})`, [
        `${related} = ${row}.${field}`,
      ])
    }),
  )
  const roleRules = spec.holders.map(({ model, role, when }) =>
    ruleOf(spec, 'has_role', {
      second: role === undefined ? 'role: String' : quoted(role),
      model,
      conditions: [when],
      roleRule: 'has_role',
    }),
  )
  return `${[
    ...allowRules(spec, 'has_permission', 'has_role'),
    `actor ${spec.actor} {}`,
    ...blocks,
    ...roleRules,
    ...relationRules,
    ...grantRules(spec, 'has_permission', 'has_role'),
    ...helperRules(spec, 'has_role'),
  ].join('\n')}\n`
}

/** The same with rules of its own names in place of blocks. */
function withRules(spec) {
  const roleRules = spec.holders.map(({ model, role, when }) =>
    ruleOf(spec, 'role_on', {
      second: role === undefined ? 'role' : quoted(role),
      model,
      conditions: [when],
      roleRule: 'role_on',
    }),
  )
  const impliedRules = spec.implied.map(({ model, name, by, on }) => {
    const row = variableOf(model)
    const relation = on && spec.relations[model][on]
    const related = on ? `${row}.${relation.field}` : row
    const nullable = on && spec.fields[model][relation.field].nullable > 0
    return rule(
      `${spec.roles[model]?.includes(name) ? 'role_on' : 'permit'}(user: ${spec.actor}, ${quoted(name)}, ${row}: ${model})`,
      [...(nullable ? [`${related} != nil`] : []), `role_on(user, ${quoted(by)}, ${related})`],
    )
  })
  return `${[
    ...allowRules(spec, 'permit', 'role_on'),
    ...roleRules,
    ...impliedRules,
    ...grantRules(spec, 'permit', 'role_on'),
    ...helperRules(spec, 'role_on'),
  ].join('\n')}\n`
}
