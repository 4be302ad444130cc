import { pathToFileURL } from 'node:url'
import { type LanguageService, RenameError, tokenModifiers, tokenTypes } from '@arcturus/language-service'
import {
  type Connection,
  createConnection,
  ErrorCodes,
  type Position,
  ProposedFeatures,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentPositionParams,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { answer, lensesOf } from './lenses.js'
import { type PolicyProject, Workspace } from './workspace.js'

/** How long keys are collected before diagnostics are computed. */
const settling = 15

/**
 * Runs a language server on two streams, until the editor ends it.
 * @param script - The program of the command `arcturus`, which opens applications in processes of their own.
 */
export async function serve(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  script: string,
): Promise<void> {
  // With bare streams, the library would end the process by itself.
  const [reader, writer] = [new StreamMessageReader(input), new StreamMessageWriter(output)]
  const connection = createConnection(ProposedFeatures.all, reader, writer)
  const ended = new Promise<void>((end) => {
    connection.onExit(end)
    input.once('end', end)
    input.once('close', end)
  })
  const workspace = listen(connection, script)
  connection.listen()
  await ended
  await workspace.stop()
}

function listen(connection: Connection, script: string): Workspace {
  const documents = new TextDocuments(TextDocument)
  const published = new Map<string, string>()
  const changed = new Set<PolicyProject>()
  let timer: NodeJS.Timeout | undefined

  const publish = (uri: string, diagnostics: readonly object[]): void => {
    const text = JSON.stringify(diagnostics)
    if ((published.get(uri) ?? '[]') === text) return
    published.set(uri, text)
    // Sound: the service's diagnostics are those of the protocol.
    void connection.sendDiagnostics({ uri: workspace.written(uri), diagnostics: diagnostics as [] })
  }
  const publishAll = (): void => {
    for (const project of changed) {
      for (const [uri, diagnostics] of project.service.diagnostics()) publish(uri, diagnostics)
      const config = project.application?.config
      if (config !== undefined) publish(pathToFileURL(config).href, failureOf(project))
    }
    changed.clear()
  }
  const refresh = (project: PolicyProject): void => {
    changed.add(project)
    clearTimeout(timer)
    timer = setTimeout(() => guarded(connection, publishAll), settling)
  }
  const workspace = new Workspace(script, refresh)

  connection.onInitialize(() => ({
    serverInfo: { name: 'arcturus' },
    capabilities: {
      textDocumentSync: TextDocumentSyncKind.Incremental,
      completionProvider: { triggerCharacters: ['.', '"', ':', '{', ' ', '('] },
      hoverProvider: true,
      definitionProvider: true,
      referencesProvider: true,
      documentHighlightProvider: true,
      renameProvider: { prepareProvider: true },
      documentSymbolProvider: true,
      foldingRangeProvider: true,
      signatureHelpProvider: { triggerCharacters: ['(', ','] },
      semanticTokensProvider: {
        legend: { tokenTypes: [...tokenTypes], tokenModifiers: [...tokenModifiers] },
        full: true,
      },
      codeActionProvider: { codeActionKinds: ['quickfix'] },
      documentFormattingProvider: true,
      documentRangeFormattingProvider: true,
      codeLensProvider: {},
      executeCommandProvider: { commands: ['arcturus.who', 'arcturus.why'] },
      workspace: { workspaceFolders: { supported: true } },
    },
  }))

  documents.onDidChangeContent(({ document }) => guarded(connection, () => refresh(workspace.update(document))))
  documents.onDidClose(({ document }) =>
    guarded(connection, () => {
      const project = workspace.close(document)
      if (project) refresh(project)
      else publish(document.uri, [])
    }),
  )

  /** Calls a function with the service of a document, and the URI by which the service knows it. */
  const ask = <T>(uri: string, use: (service: LanguageService, uri: string) => T): T => {
    const { service } = workspace.projectOf(uri)
    return use(service, workspace.canonical(uri))
  }
  const at = <T>(
    { textDocument, position }: TextDocumentPositionParams,
    use: (service: LanguageService, uri: string, position: Position) => T,
  ): T => ask(textDocument.uri, (service, uri) => use(service, uri, position))

  connection.onCompletion((on) => [...at(on, (service, ...place) => service.complete(...place))])
  connection.onHover((on) => at(on, (service, ...place) => service.hover(...place)) ?? null)
  connection.onDefinition((on) => [...at(on, (service, ...place) => service.definitions(...place))])
  connection.onReferences((on) => [
    ...at(on, (service, ...place) => service.references(...place, on.context.includeDeclaration)),
  ])
  connection.onDocumentHighlight((on) => [...at(on, (service, ...place) => service.highlights(...place))])
  connection.onSignatureHelp((on) => at(on, (service, ...place) => service.signatureHelp(...place)) ?? null)
  connection.onPrepareRename((on) => renaming(() => at(on, (service, ...place) => service.renamable(...place)) ?? null))
  connection.onRenameRequest((on) =>
    renaming(() => at(on, (service, ...place) => service.rename(...place, on.newName)) ?? null),
  )
  connection.onDocumentSymbol(({ textDocument }) => [...ask(textDocument.uri, (service, uri) => service.outline(uri))])
  connection.onFoldingRanges(({ textDocument }) => [
    ...ask(textDocument.uri, (service, uri) => service.foldingRanges(uri)),
  ])
  connection.languages.semanticTokens.on(({ textDocument }) =>
    ask(textDocument.uri, (service, uri) => service.semanticTokens(uri)),
  )
  connection.onCodeAction(({ textDocument, range }) => [
    ...ask(textDocument.uri, (service, uri) => service.fixes(uri, range)),
  ])
  connection.onDocumentFormatting(async ({ textDocument }) => [
    ...(await ask(textDocument.uri, (service, uri) => service.format(uri))),
  ])
  connection.onDocumentRangeFormatting(async ({ textDocument, range }) => [
    ...(await ask(textDocument.uri, (service, uri) => service.format(uri, range))),
  ])
  connection.onCodeLens(({ textDocument: { uri } }) => lensesOf(workspace.projectOf(uri), workspace.canonical(uri)))
  connection.onExecuteCommand(async ({ command, arguments: args = [] }) => {
    const [uri, action, model] = args.map(String)
    const { application } = workspace.projectOf(uri ?? '')
    if (!application || action === undefined || model === undefined) return null
    try {
      await answer(connection, application, command === 'arcturus.who' ? 'who' : 'why', action, model)
    } catch (error) {
      connection.window.showErrorMessage(error instanceof Error ? error.message : String(error))
    }
    return null
  })
  documents.listen(connection)
  return workspace
}

/** Runs a function. An error of ours is logged, and the server goes on. */
function guarded(connection: Connection, run: () => void): void {
  try {
    run()
  } catch (error) {
    connection.console.error(error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
}

/** Runs a function whose `RenameError` is the answer for the user. */
function renaming<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof RenameError) throw new ResponseError(ErrorCodes.InvalidRequest, error.message)
    throw error
  }
}

/** Returns the diagnostic of a configuration that can't be opened. */
function failureOf({ failure }: PolicyProject): readonly object[] {
  if (failure === undefined) return []
  const start = { line: 0, character: 0 }
  return [{ range: { start, end: start }, severity: 1, source: 'arcturus', message: failure }]
}
