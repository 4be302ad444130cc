import { counted, type Output, oneLine, type Result } from '../output/output.js'
import { databaseFailure, type Project } from '../project/project.js'
import { actorModels, applicationModels, type Row, referenceOf } from '../project/rows.js'

export interface WhoCommand {
  readonly action: string
  /** A reference of the resource, such as `document:3`. */
  readonly resource: string
  /** The model of the actors. Default: the models with an actor block. */
  readonly model?: string | undefined
  /** The most actors that are listed, and without a query the most that are checked. */
  readonly take: number
}

/** Lists the actors who may perform an action on a resource. Code 1 if there is none. */
export async function who(
  project: Project,
  output: Output,
  { action, resource, model, take }: WhoCommand,
): Promise<Result> {
  await project.loadChanged()
  const { authorizer } = project
  authorizer.assertAction(action)
  const row = await project.row(resource)
  const models = model === undefined ? modelsOf(project, action, row) : [project.model(model)]
  const found: string[] = []
  let isCut = false
  /** The models whose actors no query found. */
  const checked: string[] = []
  await output.progress('Looking for actors', async () => {
    for (const name of models) {
      const { actors, byQuery, isComplete } = await actorsOf(project, name, action, row, take + 1)
      if (!byQuery) checked.push(name)
      isCut ||= actors.length > take || !isComplete
      for (const actor of actors.slice(0, take)) found.push(referenceOf(authorizer, actor))
    }
  })
  const isForNobody = await authorizer.isAllowed(null, action as never, row)
  if (isForNobody) found.unshift('nobody')
  for (const reference of found) output.line(oneLine(reference))
  const { dim } = output.colours
  output.line(dim(`${counted(found.length, 'actor')}${isCut ? ', and there can be more; --take sets the number' : ''}`))
  if (checked.length > 0)
    output.line(dim(`${checked.join(', ')}: checked one by one, since there is no query for these actors.`))
  return { code: found.length > 0 ? 0 : 1, json: { actors: found, more: isCut, checked } }
}

/**
 * Returns the models with an actor block. Without one, it returns the models with rows that may
 * perform the action.
 */
function modelsOf({ authorizer }: Project, action: string, resource: unknown): readonly string[] {
  const declared = actorModels(authorizer)
  if (declared.length > 0) return declared
  return applicationModels(authorizer).filter((name) => {
    try {
      return authorizer.actorFilter(action as never, resource, name as never).kind !== 'none'
    } catch {
      // The rows are checked one by one.
      return true
    }
  })
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

interface FoundActors {
  readonly actors: readonly Row[]
  readonly byQuery: boolean
  /** Whether no row was left out of the checks. */
  readonly isComplete: boolean
}

/** Sends one query if the ORM's `authorizedActors` is known; otherwise it checks each actor. */
async function actorsOf(
  project: Project,
  model: string,
  action: string,
  resource: unknown,
  take: number,
): Promise<FoundActors> {
  const { rows, authorizer, context } = project
  if (rows.actors) {
    try {
      return { actors: await rows.actors(model, action, resource, take, context), byQuery: true, isComplete: true }
    } catch (error) {
      const { UnsupportedFilterError } = await import('@arcturus/core')
      // The policy has no exact query for these actors.
      if (!(error instanceof UnsupportedFilterError) && codeOf(error) !== 'filter-too-large') throw error
    }
  }
  const all = await rows.list(model, take).catch((error: unknown) => {
    throw databaseFailure(`${model} can't be read`, error)
  })
  const allowed: Row[] = []
  for (const actor of all) if (await authorizer.isAllowed(actor, action as never, resource)) allowed.push(actor)
  return { actors: allowed, byQuery: false, isComplete: all.length < take }
}
