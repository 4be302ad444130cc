import { PolicyError } from '@arcturus/core'
import { describeSchema } from '@arcturus/core/internal/cli'
import { explain } from '../commands/explain.js'
import { who } from '../commands/who.js'
import { loadConfig } from '../config/loadConfig.js'
import { captured } from '../output/captured.js'
import { Failure, reasonOf } from '../output/failure.js'
import type { Output } from '../output/output.js'
import { filesOf, Project } from '../project/project.js'
import { actorModels, referenceOf } from '../project/rows.js'
import type { Message, Question } from './messages.js'

/** How many rows a question offers. */
const offered = 12

/**
 * Opens an application for a language server, tells its schema, and answers questions about its rows until the server
 * disconnects. It runs in its own process, so that output and crashes of the application do not affect the editor.
 */
export async function serveApplication(cwd: string, configFile: string): Promise<void> {
  const send = (message: Message): void => {
    if (process.connected) process.send?.(message)
  }
  const ended = new Promise<void>((end) => process.once('disconnect', end))
  let project: Project
  try {
    project = await Project.open(cwd, configFile)
    const files = await project.policyFiles()
    // Sound: a schema is described by its public parts, whatever copy of the library made it.
    const schema = describeSchema(project.authorizer.schema as Parameters<typeof describeSchema>[0])
    const queryRules = [...project.authorizer.queryRules]
    send({ kind: 'opened', schema, queryRules, files, hasRows: project.hasRows })
  } catch (error) {
    const hint = error instanceof Failure && error.hint !== undefined ? ` (${error.hint})` : ''
    const isPolicy = error instanceof PolicyError
    const reason = isPolicy ? 'The application loads a policy that has errors.' : `${reasonOf(error)}${hint}`
    send({ kind: 'failed', message: reason, files: await policyFilesOf(cwd, configFile).catch(() => []) })
    process.disconnect?.()
    return
  }
  process.on('message', (message) => {
    // Sound: the server sends nothing else.
    const { id, question } = message as { readonly id: number; readonly question: Question }
    answer(project, question).then(
      (lines) => send({ kind: 'answer', id, lines }),
      (error: unknown) => send({ kind: 'answer', id, error: reasonOf(error) }),
    )
  })
  await ended
  await project.close()
}

async function answer(project: Project, question: Question): Promise<readonly string[]> {
  switch (question.kind) {
    case 'rows':
      return (await project.rows.list(question.model, offered)).map((row) => referenceOf(project.authorizer, row))
    case 'actors': {
      await project.load()
      const models = actorModels(project.authorizer)
      const lists = await Promise.all(models.map((name) => project.rows.list(name, offered)))
      return ['nobody', ...lists.flat().map((row) => referenceOf(project.authorizer, row))]
    }
    case 'who':
      return linesOf(project, (output) => who(project, output, { ...question, take: offered }))
    case 'why':
      return linesOf(project, (output) => explain(project, output, { ...question, values: true, mask: [] }))
  }
}

/** Returns what a command prints. */
async function linesOf(project: Project, work: (output: Output) => Promise<unknown>): Promise<readonly string[]> {
  return (await captured(project.cwd, work)).printed.split('\n')
}

/** Returns the files of a policy whose application can't be opened. */
async function policyFilesOf(cwd: string, configFile: string): Promise<readonly string[]> {
  const { folder, policy } = await loadConfig(cwd, configFile)
  return filesOf(folder, policy, 'The policy')
}
