import { atom, guarded } from './atoms.js'
import { type Draft, isRow, isRows, type Scope } from './draft.js'
import { all, any, type Goal, goal, type RuleTree } from './policyTree.js'
import { fieldsOf } from './world.js'

interface Level {
  readonly model: string
  /** The relation to the next level. */
  readonly up: string | undefined
}

/** Roles, permissions and relations in blocks, over one to three levels, with the rules that say who has which. */
export function blocksFor(
  draft: Draft,
  model: string,
): { declarations: readonly string[]; rules: readonly RuleTree[] } {
  const { random } = draft
  draft.hasBlocks = true
  draft.uses('blocks')
  const levels = levelsFrom(draft, model, random.integer(1, 3))
  if (levels.length > 1) draft.uses('blocks over a relation')
  if (levels.length > 2) draft.uses('blocks over three levels')
  const declarations = ['actor User {}']
  const rules: RuleTree[] = [
    { head: 'allow(actor, action, resource)', body: goal('has_permission(actor, action, resource)') },
  ]
  for (const [at, level] of levels.entries()) {
    const above = levels[at + 1]
    const lines = ['roles = ["reader", "owner"];', 'permissions = ["read", "edit"];']
    const own = random.chance(0.12) ? ownRelation(draft, level.model) : undefined
    const relations = [...(above ? [`${level.up}: ${above.model}`] : []), ...(own ? [`${own}: ${level.model}`] : [])]
    if (relations.length > 0) lines.push(`relations = { ${relations.join(', ')} };`)
    lines.push('"read" if "reader";', '"edit" if "owner";')
    if (random.chance(0.6)) lines.push('"reader" if "owner";')
    if (above)
      lines.push(
        random.pick([
          `"reader" if "reader" on "${level.up}";`,
          `"read" if "read" on "${level.up}";`,
          `"owner" if "owner" on "${level.up}";`,
        ]),
      )
    if (own) {
      draft.uses('recursion', 'role of the own model')
      lines.push(random.pick([`"reader" if "reader" on "${own}";`, `"owner" if "owner" on "${own}";`]))
      rules.push(...relationRules(draft, level.model, own, level.model))
    }
    declarations.push(`resource ${level.model} { ${lines.join(' ')} }`)
    if (above) rules.push(...relationRules(draft, level.model, level.up!, above.model))
    if (!above || random.chance(0.6)) rules.push(...roleRules(draft, level.model))
  }
  return { declarations, rules }
}

function ownRelation(draft: Draft, model: string): string | undefined {
  return fieldsOf(draft.world, model).find((field) => field.kind === 'one' && field.model === model)?.name
}

function levelsFrom(draft: Draft, model: string, depth: number): readonly Level[] {
  const levels: { model: string; up: string | undefined }[] = [{ model, up: undefined }]
  while (levels.length < depth) {
    const last = levels.at(-1)!
    const ones = fieldsOf(draft.world, last.model).filter(
      (field) => field.kind === 'one' && field.model !== 'User' && !levels.some((one) => one.model === field.model),
    )
    if (ones.length === 0) break
    const up = draft.random.pick(ones)
    if (up.kind !== 'one') break
    last.up = up.name
    levels.push({ model: up.model, up: undefined })
  }
  return levels
}

/** The rows that a relation has: those of the field of that name, and now and then others too. */
function relationRules(draft: Draft, model: string, relation: string, above: string): readonly RuleTree[] {
  const parent = draft.variable()
  const child = draft.variable()
  const head = `has_relation(${parent}: ${above}, "${relation}", ${child}: ${model})`
  const scope: Scope = { variables: [{ name: child, type: { kind: 'row', model, nullable: false } }], focus: child }
  const extra = (): readonly Goal[] => (draft.random.chance(0.2) ? [atom(draft, scope)] : [])
  const own = { head, body: all(goal(`${parent} = ${child}.${relation}`), ...extra()) }
  if (!draft.random.chance(0.4)) return [own]
  const other = draft.path(scope, (type) => (isRow(type) || isRows(type)) && type.model === above, child)
  if (!other || other.text === child) return [own]
  draft.uses('relation of several rules')
  const link = goal(isRows(other.type) ? `${parent} in ${other.text}` : `${parent} = ${other.text}`)
  return [own, { head, body: all(guarded(draft, [other], link), ...extra()) }]
}

/** Who has a role: by a membership row, by a column, or by a relation. */
function roleRules(draft: Draft, model: string): readonly RuleTree[] {
  const { random } = draft
  const rules: RuleTree[] = []
  for (const role of random.chance(0.5) ? ['reader', 'owner'] : ['reader']) {
    const row = draft.variable()
    const literal = random.chance(0.7)
    const name = literal ? `"${role}"` : draft.variable()
    const scope: Scope = {
      variables: [
        { name: 'actor', type: { kind: 'row', model: 'User', nullable: false } },
        { name: row, type: { kind: 'row', model, nullable: false } },
      ],
      focus: row,
    }
    const head = `has_role(actor: User, ${literal ? name : `${name}: String`}, ${row}: ${model})`
    rules.push({ head, body: roleBody(draft, scope, row, literal ? undefined : name) })
  }
  return rules
}

function roleBody(draft: Draft, scope: Scope, row: string, name: string | undefined): Goal {
  const { random } = draft
  const { model } = scope.variables.find((one) => one.name === row)!.type as { model: string } // the row's type is a row
  const membership = fieldsOf(draft.world, 'Membership').find((field) => field.kind === 'one' && field.model === model)
  const extra = random.chance(0.3) ? [atom(draft, scope)] : []
  if (membership && random.chance(0.5)) {
    const one = draft.variable()
    draft.uses('role of a membership row')
    const role = name
      ? `${one}.role = ${name}`
      : `${one}.role = ${draft.literal('string', { model: 'Membership', name: 'role' }) ?? '"a"'}`
    return all(goal(`${one} in actor.memberships`), goal(role), goal(`${one}.${membership.name} = ${row}`), ...extra)
  }
  const named = name ? [goal(`${name} = ${random.pick(['"reader"', '"owner"'])}`)] : []
  const path = draft.path(scope, (type) => (isRow(type) || isRows(type)) && type.model === 'User', row)
  if (!path || path.text === 'actor') return all(atom(draft, scope), ...named)
  const link = isRows(path.type) ? goal(`actor in ${path.text}`) : goal(`${path.text} = actor`)
  const linked = guarded(draft, [path], link)
  return all(random.chance(0.3) ? any(linked, atom(draft, scope)) : linked, ...named, ...extra)
}
