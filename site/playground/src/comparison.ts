import type { PrismaSchema } from '../../../packages/prisma/src/schema/schema.js'
import { type Answer, type Finding, type Matrix, Playground } from './engine.js'
import { schemaOf } from './schema.js'
import { type Cell, labelOf, type World } from './world.js'

/** A cell whose answer differs between two policies. */
export interface Change {
  readonly actor: string
  readonly action: string
  readonly model: string
  readonly row: string
  readonly before: Answer
  readonly after: Answer
  /** The change of a row, or the context, that makes the difference visible; undefined if a row of the world does. */
  readonly if?: string | undefined
}

/**
 * Compares the answers of two policies: for the rows of the world in each context, and for rows with one other value each,
 * which show what no row of the world does. A change of the world's own rows hides those of varied rows with the same actor and action.
 */
export async function compare(
  world: World,
  after: string,
): Promise<{ findings: readonly Finding[]; changes: readonly Change[] }> {
  const schema = schemaOf(world)
  const one = await Playground.open(world, undefined, schema)
  const other = await Playground.open({ ...world, policy: after }, undefined, schema)
  const findings = [...one.findings, ...other.findings].filter(({ severity }) => severity === 'error')
  if (findings.length > 0) return { findings, changes: [] }
  const questions = world.questions ?? joined(await questionsOf(one), await questionsOf(other))
  const found = new Map<string, Change>()
  const add = async (varied: World, reason?: string, context?: string) => {
    const asked = { ...varied, questions }
    const before = await (await Playground.open(asked, context, schema)).matrix()
    const next = await (await Playground.open({ ...asked, policy: after }, context, schema)).matrix()
    for (const change of differences(before, next)) {
      const gain = change.after === true ? 'gain' : change.before === true ? 'loss' : 'other'
      // One witness of each kind is enough.
      const key = [gain, change.model, change.action, ...(reason === undefined ? [change.actor, change.row] : [])].join(
        '\0',
      )
      const isKnown = reason !== undefined && [...found.keys()].some((one) => one.startsWith(key))
      if (!isKnown && !found.has(key)) found.set(key, { ...change, if: reason })
    }
  }
  await add(world)
  for (const context of Object.keys(world.contexts ?? {}).slice(1))
    await add(world, `the context is ${JSON.stringify(context)}`, context)
  for (const { rows, reason } of variations(schema, world, [world.policy, after])) await add({ ...world, rows }, reason)
  return { findings, changes: [...found.values()] }
}

async function questionsOf(playground: Playground): Promise<Record<string, readonly string[]>> {
  const { columns } = await playground.matrix()
  return Object.fromEntries(columns.map(({ model, actions }) => [model, actions]))
}

function joined(
  a: Record<string, readonly string[]>,
  b: Record<string, readonly string[]>,
): Record<string, readonly string[]> {
  const models = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return Object.fromEntries(models.map((model) => [model, [...new Set([...(a[model] ?? []), ...(b[model] ?? [])])]]))
}

function* differences(before: Matrix, after: Matrix): Generator<Change> {
  for (const [at, actor] of before.actors.entries())
    for (const [column, { model, actions, rows }] of before.columns.entries())
      for (const [row, { label }] of rows.entries())
        for (const [action, name] of actions.entries()) {
          const [is, was] = [after.answers[at]![column]![row]![action]!, before.answers[at]![column]![row]![action]!]
          if (is !== was) yield { actor: actor.label, action: name, model, row: label, before: was, after: is }
        }
}

/** Worlds with one other value in one row, such as `Note "rules" had isPublic = true`. */
function* variations(
  schema: PrismaSchema,
  world: World,
  policies: readonly string[],
): Generator<{ rows: World['rows']; reason: string }> {
  const words = [
    ...new Set(policies.flatMap((text) => [...text.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map(([, word]) => word!))),
  ]
  const given = Object.values(world.contexts ?? {}).flatMap((values) => Object.values(values).flat())
  const written = policies.flatMap((text) => [...text.matchAll(/\b\d+\b/g)].map(([word]) => Number(word)))
  const numbers = [...new Set([...written, ...given.filter((one) => typeof one === 'number')])]
  let most = 400
  for (const model of schema.models) {
    const rows = world.rows[model.name] ?? []
    for (const field of model.fields) {
      if (field.kind === 'relation' || field.list || model.key.includes(field.name)) continue
      // Only columns that a policy names, or that a relation which it names reads, can change an answer.
      const relation = model.fields.find((one) => one.kind === 'relation' && one.owner && one.from.includes(field.name))
      const names = [field.name, ...(relation ? [relation.name] : [])]
      if (!names.some((name) => policies.some((text) => text.includes(name))) && !relation) continue
      const values: Cell[] = relation
        ? (world.rows[(relation as { model: string }).model] ?? []).map(
            (row) => row[(relation as { to: readonly string[] }).to[0]!]!,
          )
        : field.type === 'Boolean'
          ? [true, false]
          : field.type === 'String'
            ? [...words]
            : field.kind === 'enum'
              ? [...(schema.enums.find(({ name }) => name === field.type)?.values ?? [])]
              : field.type === 'Int'
                ? numbers.flatMap((one) => [one, one + 1])
                : field.type === 'DateTime'
                  ? given.filter((one) => typeof one === 'string' && !Number.isNaN(Date.parse(one)))
                  : []
      if (field.nullable) values.push(null)
      for (const [at, row] of rows.entries())
        for (const value of values) {
          if (row[field.name] === value || most-- <= 0) continue
          const changed = rows.with(at, { ...row, [field.name]: value })
          const label = labelOf(model, row)
          yield {
            rows: { ...world.rows, [model.name]: changed },
            reason: `${model.name} ${JSON.stringify(label)} had ${field.name} = ${JSON.stringify(value)}`,
          }
        }
    }
  }
}
