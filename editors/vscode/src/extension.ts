import { commands, type ExtensionContext, window, workspace } from 'vscode'
import { LanguageClient } from 'vscode-languageclient/node'
import { findServer } from './serverCommand.js'

let client: LanguageClient | undefined
/** The end of the last start or stop: they follow each other. */
let last: Promise<void> = Promise.resolve()

/** Starts the language server of the workspace. VS Code calls it when a policy is opened. */
export async function activate({ subscriptions }: ExtensionContext): Promise<void> {
  subscriptions.push(
    commands.registerCommand('arcturus.restart', restart),
    workspace.onDidGrantWorkspaceTrust(restart),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('arcturus.path')) void restart()
    }),
  )
  await restart()
}

/** Ends the language server. VS Code calls it when the window closes. */
export function deactivate(): Promise<void> {
  return inTurn(stop)
}

function restart(): Promise<void> {
  return inTurn(async () => {
    await stop()
    if (!workspace.isTrusted) return
    try {
      client = clientOf()
    } catch (error) {
      return tell(error instanceof Error ? error.message : String(error))
    }
    // The client itself reports why a server does not start.
    await client.start().catch(stop)
  })
}

function inTurn(work: () => Promise<void>): Promise<void> {
  last = last.then(work)
  return last
}

/** Returns the client of the workspace's server. Once started, it registers the commands of the lenses, "who" and "why". */
function clientOf(): LanguageClient {
  const { command, args, cwd, shell } = findServer({
    path: workspace.getConfiguration('arcturus').get('path', ''),
    folders: (workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath),
    files: workspace.textDocuments
      .filter(({ languageId, uri }) => languageId === 'polar' && uri.scheme === 'file')
      .map(({ uri }) => uri.fsPath),
  })
  const documentSelector = ['file', 'untitled'].map((scheme) => ({ scheme, language: 'polar' }))
  return new LanguageClient(
    'arcturus',
    'Arcturus',
    { command, args: [...args], options: { cwd, shell } },
    { documentSelector },
  )
}

async function stop(): Promise<void> {
  const old = client
  client = undefined
  // A server that never started, or does not end, is no reason not to start another one.
  await old?.dispose().catch(() => {})
}

function tell(reason: string): void {
  const settings = 'Open settings'
  void window.showErrorMessage(`Arcturus: ${reason}`, settings).then((chosen) => {
    if (chosen === settings) void commands.executeCommand('workbench.action.openSettings', 'arcturus.path')
  })
}
