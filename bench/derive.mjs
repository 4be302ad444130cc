// `pnpm bench:derive`: how long the filters of policies of 100 to 3,000 rules take to derive, bind and define.
import { parseArgs } from 'node:util'
import { build } from './build.mjs'
import { median } from './measure.mjs'
import { significant, table } from './report.mjs'

const { values } = parseArgs({
  options: {
    rules: { type: 'string', default: '100,300,1000,3000' },
    runs: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
})
const sizes = values.rules.split(',').map(Number)
const runs = Number(values.runs)
if (![...sizes, runs].every((number) => Number.isSafeInteger(number) && number > 0)) {
  console.error('pnpm bench:derive [--rules 100,300,1000,3000] [--runs 5] [--json]')
  process.exit(2)
}

build('@arcturus/core')
const { Authorizer } = await import('@arcturus/core')
await import('@arcturus/core/sync')

const depth = 3
const id = { type: 'integer', nullable: false }
const name = { type: String, nullable: false }

/** About ten rules for a model; models in chains of three, each below the one before. */
const shapes = {
  /** Resource blocks whose roles come from the parent's. */
  blocks: {
    relations: ['parent'],
    polar: (model, parent) => `resource ${model} {
  permissions = ["read", "update", "delete"];
  roles = ["reader", "writer", "owner"];
  ${parent ? `relations = { parent: ${parent} };` : ''}
  "read" if "reader"; "update" if "writer"; "delete" if "owner";
  "reader" if "writer"; "writer" if "owner";
  ${parent ? '"reader" if "reader" on "parent"; "writer" if "writer" on "parent"; "owner" if "owner" on "parent";' : ''}
}
${parent ? `has_relation(parent: ${parent}, "parent", child: ${model}) if parent = child.parent;` : ''}
has_role(user: User, name: String, ${model.toLowerCase()}: ${model}) if role in user.roles and role.name = name and role.resource = ${model.toLowerCase()}.id;
`,
  },
  /** A relation that several rules give, so that what is asked of it has several ways to go on at each level. */
  relations: {
    relations: ['parent', 'origin', 'shelf'],
    polar: (model, parent) => `resource ${model} {
  permissions = ["read"];
  roles = ["reader"];
  ${parent ? `relations = { container: ${parent} };` : ''}
  "read" if "reader";
  ${parent ? '"reader" if "reader" on "container";' : ''}
}
${
  parent
    ? ['parent', 'origin', 'shelf']
        .map(
          (relation) =>
            `has_relation(container: ${parent}, "container", child: ${model}) if container = child.${relation};`,
        )
        .join('\n')
    : ''
}
below(user: User, child: ${model}) if has_relation(container, "container", child) and container.open and below(user, container);
below(user: User, child: ${model}) if child.owner = user.id;
has_role(user: User, "reader", child: ${model}) if below(user, child);
has_role(user: User, "reader", child: ${model}) if role in user.roles and role.resource = child.id;
`,
  },
}

function authorizerOf({ relations, polar }, rules) {
  const models = Array.from({ length: Math.round(rules / 10) }, (_, index) => `M${index}`)
  const parentOf = (index) => (index % depth === 0 ? undefined : models[index - 1])
  const authorizer = new Authorizer()
    .registerClass(class Role {}, { name: 'Role', key: 'id', fields: { id, name, resource: id } })
    .registerClass(User, { key: 'id', fields: { id, roles: { many: 'Role' } } })
  for (const [index, model] of models.entries()) {
    const fields = { id, owner: id, open: { type: Boolean, nullable: false } }
    if (parentOf(index)) for (const relation of relations) fields[relation] = { one: parentOf(index) }
    authorizer.registerClass({ [model]: class {} }[model], { name: model, key: 'id', fields })
  }
  authorizer.loadSync(`actor User {}
allow(actor, action, resource) if has_permission(actor, action, resource);
${models.map((model, index) => polar(model, parentOf(index))).join('')}`)
  return { authorizer, models }
}

class User {
  id = 1
  roles = Array.from({ length: 20 }, (_, index) => ({ id: index, name: 'reader', resource: index }))
}

/** Milliseconds for a filter of one model, as it is made first, and again. */
function measure(policy, rules) {
  const { authorizer, models } = authorizerOf(policy, rules)
  const user = new User()
  const started = performance.now()
  for (const model of models) authorizer.filter(user, 'read', model)
  const derived = performance.now()
  for (const model of models) authorizer.filter(user, 'read', model).definite()
  return {
    first: (derived - started) / models.length,
    next: (performance.now() - derived) / models.length,
  }
}

// Measures the work itself, without the time in which JavaScript compiles it.
for (const policy of Object.values(shapes)) measure(policy, 300)

const results = []
for (const [shape, policy] of Object.entries(shapes)) {
  for (const rules of sizes) {
    const measured = Array.from({ length: runs }, () => measure(policy, rules))
    const of = (pick) => median(measured.map(pick))
    results.push({ shape, rules, models: rules / 10, first: of(({ first }) => first), next: of(({ next }) => next) })
  }
}

if (values.json) {
  console.log(JSON.stringify(results, null, 2))
} else {
  const rows = results.map(({ shape, rules, models, first, next }, index) => {
    const smaller = results[index - 1]
    const growth = smaller?.shape === shape ? (first / smaller.first).toFixed(2) : ''
    return [shape, rules.toLocaleString('en'), String(models), significant(first), significant(next), growth]
  })
  console.log(`Node.js ${process.versions.node}, medians of ${runs} runs\n`)
  console.log(table(['policy', 'rules', 'models', 'ms per filter', 'bound and defined again', 'growth'], rows))
  console.log('\nA growth of 1: a filter takes no longer where the policy has more rules for other models.')
}
