import { Failure } from '../output/failure.js'
import type { Output, Result } from '../output/output.js'
import type { Project } from '../project/project.js'

export interface ExplainCommand {
  /** References of the actor and the resource, such as `user:3`. */
  readonly actor: string
  readonly action: string
  readonly resource: string
  /** The field that the question is about. Default: none. */
  readonly field?: string | undefined
  /** Whether values of fields are shown. */
  readonly values: boolean
  /** Fields whose values are never shown, such as `User.email`. */
  readonly mask: readonly string[]
}

/** Explains one decision. Code 0 if the action is allowed, 1 if not. */
export async function explain(
  project: Project,
  output: Output,
  { actor, action, resource, field, values, mask }: ExplainCommand,
): Promise<Result> {
  await project.loadChanged()
  const [who, what] = [await project.row(actor), await project.row(resource)]
  const { loadExplanation } = await project.library('explain')
  const explanation = await output.progress('Explaining', () =>
    loadExplanation(project.authorizer, who, action as never, what, { values, mask, field }),
  )
  // The message of an error can contain any value.
  if (explanation.error && values && mask.length === 0) throw explanation.error
  const { error } = explanation.toJSON()
  if (error) throw Object.assign(new Failure(error.message), { code: error.code })
  for (const line of String(explanation).split('\n')) output.line(coloured(line, output))
  return { code: explanation.allowed ? 0 : 1, json: explanation.toJSON() }
}

/** Colours the marks of an explanation. */
export function coloured(line: string, { colours }: Output): string {
  return line
    .replace(/^(\s*)✓/, (_, indent: string) => `${indent}${colours.green('✓')}`)
    .replace(/^(\s*)✗/, (_, indent: string) => `${indent}${colours.red('✗')}`)
    .replace(/ {2}\(([^()]*:\d+:\d+)\)$/, (_, place: string) => colours.dim(`  (${place})`))
}
