// Policies of any size, for loading: rule upon rule, and resource blocks. Each: (rules) => { classes, polar }.
import { manyRulesPolicy, typeNames } from './workloads/manyRules.mjs'

class User {}

const classesOf = (types) => ({ User, ...Object.fromEntries(types.map((type) => [type, class {}])) })

/** As W5: `allow` rules, ten for a type. */
function plainRules(rules) {
  const types = typeNames(rules)
  return { classes: classesOf(types), polar: manyRulesPolicy(types) }
}

const block = (type, parent) => `resource ${type} {
  permissions = ["read", "create", "update", "delete"];
  roles = ["reader", "writer", "owner"];
  relations = { parent: ${parent} };
  "read" if "reader";
  "create" if "writer";
  "update" if "writer";
  "delete" if "owner";
  "reader" if "writer";
  "writer" if "owner";
  "reader" if "reader" on "parent";
  "writer" if "writer" on "parent";
  "owner" if "owner" on "parent";
}
has_relation(parent: ${parent}, "parent", child: ${type}) if parent = child.parent;
`

/** Resource blocks that inherit from each other: nine shorthand rules and a relation, ten for a type. */
function resourceBlocks(rules) {
  const types = typeNames(rules)
  const blocks = types.map((type, index) => block(type, types[index - 1] ?? type))
  return {
    classes: classesOf(types),
    polar: `allow(actor, action, resource) if has_permission(actor, action, resource);
actor User {}
has_role(user: User, name: String, resource: Resource) if [name, resource] in user.roles;
${blocks.join('')}`,
  }
}

export const generatedPolicies = { 'plain rules': plainRules, 'resource blocks': resourceBlocks }
