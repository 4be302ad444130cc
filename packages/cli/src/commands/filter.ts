import { inspect } from 'node:util'
import type { Output, Result } from '../output/output.js'
import type { Project } from '../project/project.js'

export interface FilterCommand {
  /** The reference of the actor, such as `user:3`. */
  readonly actor: string
  readonly action: string
  /** The model of the rows, in any case. */
  readonly model: string
  /** Whether the database is asked for its plan. */
  readonly explain?: boolean
}

/** Prints the filter of the rows on which an actor may perform an action, and how the database finds them. Code 1 if there can be none. */
export async function filter(
  project: Project,
  output: Output,
  { actor, action, model, explain = false }: FilterCommand,
): Promise<Result> {
  await project.loadChanged()
  const { authorizer } = project
  const { printCondition } = await project.library('filters')
  const who = await project.row(actor)
  const found = await authorizer.loadFilter(who, action as never, project.model(model) as never)
  const condition = printCondition(found.condition, authorizer.schema)
  const sent = project.hasRows ? await project.rows.sent?.(found, explain) : undefined
  const { bold } = output.colours
  const part = (title: string, text: string): void =>
    output.line(`${bold(title)}\n  ${text.replaceAll('\n', '\n  ')}\n`)
  part('Condition', condition)
  if (sent?.where) part('Where', inspect(sent.where, { depth: null, maxArrayLength: null }))
  for (const { sql, values, plan } of sent?.statements ?? []) {
    part('SQL', values.length > 0 ? `${sql}\n${inspect(values)}` : sql)
    if (plan) part('Plan', plan.map((line) => line.join(' ')).join('\n'))
  }
  return { code: found.kind === 'none' ? 1 : 0, json: { kind: found.kind, condition, ...sent } }
}
