import type { CodeLens, Connection } from 'vscode-languageserver/node'
import type { ApplicationProcess } from './applicationProcess.js'
import type { PolicyProject } from './workspace.js'

/** Returns the lenses "who" and "why" of the actions that a document grants, if the configuration has rows. */
export function lensesOf({ service, hasRows }: PolicyProject, uri: string): CodeLens[] {
  if (!hasRows) return []
  return service.grantedActions(uri).flatMap(({ action, model, range }) => [
    { range, command: { title: 'who', command: 'arcturus.who', arguments: [uri, action, model] } },
    { range, command: { title: 'why', command: 'arcturus.why', arguments: [uri, action, model] } },
  ])
}

/** Lets the user choose one of several rows. */
async function choose(connection: Connection, question: string, rows: readonly string[]): Promise<string | undefined> {
  if (rows.length === 0) throw new Error('The database has no such row.')
  const chosen = await connection.window.showInformationMessage(question, ...rows.map((title) => ({ title })))
  return chosen?.title
}

/** Shows who may perform an action on a row that the user chooses. */
export async function answerWho(
  connection: Connection,
  application: ApplicationProcess,
  action: string,
  model: string,
): Promise<void> {
  const rows = await application.ask({ kind: 'rows', model })
  const resource = await choose(connection, `Who may "${action}" which ${model}?`, rows)
  if (resource === undefined) return
  show(connection, await application.ask({ kind: 'who', action, resource }))
}

/** Shows why an actor may or may not perform an action on a row; the user chooses both. */
export async function answerWhy(
  connection: Connection,
  application: ApplicationProcess,
  action: string,
  model: string,
): Promise<void> {
  const resource = await choose(
    connection,
    `Why "${action}" which ${model}?`,
    await application.ask({ kind: 'rows', model }),
  )
  if (resource === undefined) return
  const actor = await choose(
    connection,
    `Who wants to "${action}" ${resource}?`,
    await application.ask({ kind: 'actors' }),
  )
  if (actor === undefined) return
  show(connection, await application.ask({ kind: 'why', actor, action, resource }))
}

function show(connection: Connection, lines: readonly string[]): void {
  connection.console.log(lines.join('\n'))
  connection.window.showInformationMessage(lines.join('\n'))
}
