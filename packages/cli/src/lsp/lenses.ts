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

/** Shows who may perform an action on a row, or why an actor may or may not. The user chooses the row and the actor. */
export async function answer(
  connection: Connection,
  application: ApplicationProcess,
  kind: 'who' | 'why',
  action: string,
  model: string,
): Promise<void> {
  const rows = await application.ask({ kind: 'rows', model })
  const resource = await choose(connection, `${kind === 'who' ? 'Who may' : 'Why'} "${action}" which ${model}?`, rows)
  if (resource === undefined) return
  if (kind === 'who') return show(connection, await application.ask({ kind, action, resource }))
  const actors = await application.ask({ kind: 'actors' })
  const actor = await choose(connection, `Who wants to "${action}" ${resource}?`, actors)
  if (actor !== undefined) show(connection, await application.ask({ kind, actor, action, resource }))
}

function show(connection: Connection, lines: readonly string[]): void {
  connection.console.log(lines.join('\n'))
  connection.window.showInformationMessage(lines.join('\n'))
}
