import { type Goal, type PolicyTree, printPolicy, type RuleTree } from './policyTree.js'
import type { Case } from './randomCase.js'
import { fieldsOf, type OneSpec, type Row, targetOf, type Value, type World } from './world.js'

/**
 * The smallest case found for which something still holds, by leaving out one thing after the other.
 * @param maxAttempts - How many smaller cases are tried before the smallest so far is good enough.
 */
export async function shrink(
  asked: Case,
  maxAttempts: number,
  holds: (smaller: Case) => Promise<boolean>,
): Promise<Case> {
  let smallest = asked
  let attempts = 0
  for (let improved = true; improved; ) {
    improved = false
    for (const smaller of smallerCases(smallest)) {
      if (++attempts > maxAttempts) return smallest
      if (!(await holds(smaller))) continue
      smallest = smaller
      improved = true
      break
    }
  }
  return smallest
}

function* smallerCases(asked: Case): Generator<Case> {
  for (const actor of asked.actors) if (asked.actors.length > 1) yield { ...asked, actors: [actor] }
  for (const action of asked.actions) if (asked.actions.length > 1) yield { ...asked, actions: [action] }
  for (const policy of smallerPolicies(asked.policy)) yield { ...asked, policy }
  for (let row = asked.world.rows.length - 1; row >= 0; row--) {
    const smaller = withoutRow(asked, row)
    if (smaller) yield smaller
  }
  for (const index of asked.world.ghosts?.keys() ?? [])
    yield { ...asked, world: { ...asked.world, ghosts: without(asked.world.ghosts!, index) } }
  // What tables hold on both sides of a relation can't be changed on one.
  if (asked.tables) return
  const text = printPolicy(asked.policy)
  for (const world of simplerWorlds(asked.world, (field) => new RegExp(`\\b${field}\\b`).test(text)))
    yield { ...asked, world }
}

function* smallerPolicies(policy: PolicyTree): Generator<PolicyTree> {
  const { blocks, rules } = policy
  if (blocks.length > 0) yield { blocks: [], rules }
  for (const index of rules.keys()) yield { blocks, rules: without(rules, index) }
  for (const [index, rule] of rules.entries()) {
    if (!rule.body) continue
    for (const body of smallerGoals(rule.body)) yield { blocks, rules: replaced(rules, index, { ...rule, body }) }
    const simple: RuleTree = { ...rule, head: rule.head.replace(/(: \w+)\{.*\}/, '$1') }
    if (simple.head !== rule.head) yield { blocks, rules: replaced(rules, index, simple) }
  }
}

function* smallerGoals(goal: Goal): Generator<Goal> {
  switch (goal.kind) {
    case 'goal':
      return
    case 'and':
    case 'or':
      yield* goal.of
      if (goal.of.length > 1) for (const index of goal.of.keys()) yield { kind: goal.kind, of: without(goal.of, index) }
      for (const [index, one] of goal.of.entries()) {
        for (const smaller of smallerGoals(one)) yield { kind: goal.kind, of: replaced(goal.of, index, smaller) }
      }
      return
    case 'not':
      yield goal.of
      for (const of of smallerGoals(goal.of)) yield { kind: 'not', of }
      return
    case 'forall':
      yield { kind: 'and', of: [goal.each, goal.action] }
      for (const each of smallerGoals(goal.each)) yield { ...goal, each }
      for (const action of smallerGoals(goal.action)) yield { ...goal, action }
  }
}

/** The case without a row; undefined where another row, or an actor, must have it. */
function withoutRow(asked: Case, row: number): Case | undefined {
  if (asked.actors.includes(row)) return undefined
  const { world } = asked
  const moved = (at: number): number => (at > row ? at - 1 : at)
  const rows: Row[] = []
  for (const [index, one] of world.rows.entries()) {
    if (index === row) continue
    const values: Record<string, Value> = {}
    for (const [name, value] of Object.entries(one.values)) {
      const kept = withoutReference(value, row, moved)
      if (kept === undefined) {
        const field = fieldsOf(world, one.model).find((other) => other.name === name)
        if (field?.kind !== 'one' || !field.nullable) return undefined
        const own = ownColumns(world, one.model, field)
        if (field.from && own.length === 0) return undefined
        for (const column of own) values[column] = null
      }
      values[name] = kept ?? null
    }
    rows.push({ ...one, values })
  }
  for (const [index, { model, values }] of rows.entries()) {
    for (const field of fieldsOf(world, model)) {
      const value = values[field.name]
      if (field.kind !== 'one' || !field.from || typeof value !== 'object' || value === null || !('row' in value))
        continue
      const other = rows[value.row]!.values
      const columns = targetOf(world, field).map((name, at) => [field.from![at]!, other[name]!])
      rows[index] = { ...rows[index]!, values: { ...rows[index]!.values, ...Object.fromEntries(columns) } }
    }
  }
  return { ...asked, world: { ...world, rows }, actors: asked.actors.map((one) => one && moved(one)) }
}

/** The columns of a reference that can be null, and belong to no other reference. */
function ownColumns(world: World, model: string, { name, from = [] }: OneSpec): readonly string[] {
  const fields = fieldsOf(world, model)
  const isShared = (column: string): boolean =>
    fields.some((one) => one.kind === 'one' && one.name !== name && one.from?.includes(column))
  return from.filter((column) =>
    fields.some((one) => one.kind === 'scalar' && one.name === column && one.nullable && !isShared(column)),
  )
}

/** Undefined for a reference to the row itself. */
function withoutReference(value: Value, row: number, moved: (at: number) => number): Value | undefined {
  if (typeof value !== 'object' || value === null) return value
  if ('row' in value) return value.row === row ? undefined : { ...value, row: moved(value.row) }
  if ('rows' in value)
    return { rows: value.rows.filter((one) => one.row !== row).map((one) => ({ ...one, row: moved(one.row) })) }
  return value
}

/** Worlds with a value less: lists shorter, what can be nil nil, copies the rows themselves; and without unused fields. */
function* simplerWorlds(world: World, isUsed: (field: string) => boolean): Generator<World> {
  if (world.habits) {
    // Values are of other types only where fields are of any type.
    const { untyped, ...others } = world.habits
    for (const [name, list] of Object.entries(others) as [string, readonly unknown[]][])
      for (const index of list.keys()) yield { ...world, habits: { ...world.habits, [name]: without(list, index) } }
  }
  for (const [index, { model, values }] of world.rows.entries()) {
    for (const field of fieldsOf(world, model)) {
      const value = values[field.name]
      if (value === undefined) continue
      for (const simpler of simplerValues(value, (field.kind === 'scalar' || field.kind === 'one') && field.nullable)) {
        const columns = field.kind === 'one' && simpler === null ? (field.from ?? []) : []
        const foreign = Object.fromEntries(columns.map((column) => [column, null]))
        yield {
          ...world,
          rows: replaced(world.rows, index, { model, values: { ...values, [field.name]: simpler, ...foreign } }),
        }
      }
    }
  }
  for (const [index, model] of world.models.entries()) {
    for (const field of model.fields) {
      if (model.key.includes(field.name) || isUsed(field.name)) continue
      const fields = model.fields.filter((one) => one !== field)
      const rows = world.rows.map((row) => {
        const { [field.name]: _, ...values } = row.values
        return fieldsOf(world, row.model).includes(field) ? { ...row, values } : row
      })
      yield { ...world, models: replaced(world.models, index, { ...model, fields }), rows }
    }
  }
}

function* simplerValues(value: Value, nullable: boolean): Generator<Value> {
  if (value === null) return
  if (nullable) yield null
  if (typeof value !== 'object') return
  if ('list' in value && value.list.length > 0) {
    yield { list: [] }
    if (value.list.length > 1) for (const index of value.list.keys()) yield { list: without(value.list, index) }
  }
  if ('rows' in value && value.rows.length > 0) {
    yield { rows: [] }
    if (value.rows.length > 1) for (const index of value.rows.keys()) yield { rows: without(value.rows, index) }
    if (value.rows.some((one) => one.copy)) yield { rows: value.rows.map(({ row }) => ({ row })) }
  }
  if ('row' in value && value.copy) yield { row: value.row }
}

function without<T>(items: readonly T[], index: number): readonly T[] {
  return items.filter((_, at) => at !== index)
}

function replaced<T>(items: readonly T[], index: number, by: T): readonly T[] {
  return items.map((one, at) => (at === index ? by : one))
}
