import { parseQuery } from '../../language/parse.js'
import { Source } from '../../language/source.js'
import { buildPolicy } from '../../policy/buildPolicy.js'
import { allChecks } from '../../policy/checks/all.js'
import type { Class, Model } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'
import { createSchema } from '../../values/builtIns.js'
import type { SchemaHostOptions } from '../host/schemaHost.js'
import { compile, type Limits, type Program, type Query, type Recorder, SchemaHost, tracer } from '../index.js'

export interface World extends SchemaHostOptions {
  readonly policy?: string
  readonly classes?: Readonly<Record<string, Class | Partial<Model>>>
  readonly constants?: Readonly<Record<string, unknown>>
  readonly limits?: Partial<Limits>
  readonly recorder?: Recorder
  readonly host?: (schema: Schema, options: SchemaHostOptions) => SchemaHost
  readonly acceptExpression?: boolean
}

/** Compiles a policy over classes and constants. */
export function programOf(world: World = {}): Program {
  const schema = createSchema()
  for (const [name, model] of Object.entries(world.classes ?? {})) {
    const given: Partial<Model> = typeof model === 'function' ? { class: model } : model
    schema.registerModel({
      name,
      class: undefined,
      fields: new Map(),
      key: undefined,
      closed: false,
      isaCheck: undefined,
      ...given,
    })
  }
  for (const [name, value] of Object.entries(world.constants ?? {})) schema.registerConstant(name, value)
  const { policy, found } = buildPolicy([new Source(world.policy ?? '', 'test.polar')], schema, allChecks())
  if (!policy) throw new Error(found.map((one) => one.message).join('\n'))
  const { recorder } = world
  return compile(policy, world.host?.(schema, world) ?? new SchemaHost(schema, world), recorder && tracer(recorder))
}

/** Returns a query that has not begun. */
export function queryOf(text: string, world: World = {}): Query {
  const parsed = parseQuery(new Source(text))
  if (!('expression' in parsed)) throw new Error(parsed.diagnostics.map((one) => one.message).join('\n'))
  const { limits = {}, acceptExpression = false } = world
  return programOf(world).solve(parsed.expression, { limits, acceptExpression })
}

type Answers = Record<string, unknown>[]

/** Returns all solutions of a query, or the first `take`. */
export function ask(text: string, world: World = {}, take: number = Number.POSITIVE_INFINITY): Answers {
  const query = queryOf(text, world)
  const answers: Answers = []
  while (answers.length < take) {
    const solution = query.nextSync()
    if (!solution) break
    answers.push(Object.fromEntries(solution))
  }
  query.close()
  return answers
}

/** Returns all solutions of a query that may have to wait. */
export async function askLater(
  text: string,
  world: World = {},
  take: number = Number.POSITIVE_INFINITY,
): Promise<Answers> {
  const query = queryOf(text, world)
  const answers: Answers = []
  while (answers.length < take) {
    const solution = await query.next()
    if (!solution) break
    answers.push(Object.fromEntries(solution))
  }
  query.close()
  return answers
}
