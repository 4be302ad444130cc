import { Kept } from '@arcturus/core/internal/language-service'
import type {
  CodeAction,
  CompletionItem,
  Diagnostic,
  DocumentHighlight,
  DocumentSymbol,
  FoldingRange,
  Hover,
  Location,
  Position,
  Range,
  SemanticTokens,
  SignatureHelp,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver-types'
import { type GrantedAction, grantedActions } from './actions.js'
import { Analysis, type Application } from './analysis.js'
import { complete } from './completion.js'
import { diagnosticsOf } from './diagnostics.js'
import { PolicyDocument } from './document.js'
import { fixes } from './fixes.js'
import { format } from './format.js'
import { hover } from './hover.js'
import { definitions, highlights, references, renamable, rename } from './navigation.js'
import { foldingRanges, outline } from './outline.js'
import { semanticTokens } from './semanticTokens.js'
import { signatureHelp } from './signature.js'

/**
 * The files of one policy as an editor shows them: what they mean, and what is wrong with them. Positions and results are
 * those of the Language Server Protocol. A changed text costs the statements around the change.
 *
 * @example
 * ```ts
 * import { LanguageService } from '@arcturus/language-service'
 *
 * const service = new LanguageService()
 * service.update('file:///policy.polar', 'allow(_, "read", _)', 1)
 * service.diagnostics().get('file:///policy.polar')?.[0]?.code // 'unexpected-end'
 * ```
 */
export class LanguageService {
  readonly #documents = new Map<string, PolicyDocument>()
  readonly #kept = new Kept()
  #analysis: Analysis | undefined

  /** @param application - What is known of the application. Default: nothing, so that any class can exist. */
  constructor(private application: Application = {}) {}

  /** Replaces what is known of the application. */
  setApplication(application: Application): void {
    this.application = application
    this.#analysis = undefined
  }

  /** Adds a document, or replaces its text. */
  update(uri: string, text: string, version: number): void {
    const known = this.#documents.get(uri)
    if (known ? known.update(text, version) : true) this.#analysis = undefined
    if (!known) this.#documents.set(uri, new PolicyDocument(uri, text, version))
  }

  /** Removes a document. */
  remove(uri: string): void {
    if (this.#documents.delete(uri)) this.#analysis = undefined
  }

  /** The URIs of the documents. */
  get uris(): readonly string[] {
    return [...this.#documents.keys()]
  }

  #current(): Analysis {
    this.#analysis ??= new Analysis(
      [...this.#documents.values()].sort((a, b) => (a.uri < b.uri ? -1 : 1)),
      this.application,
      this.#kept,
    )
    return this.#analysis
  }

  /** Calls a function with a document and an offset; returns undefined for a document that is not there. */
  #at<T>(
    uri: string,
    position: Position,
    use: (document: PolicyDocument, offset: number, analysis: Analysis) => T,
  ): T | undefined {
    return this.#in(uri, (document, analysis) => use(document, document.offset(position), analysis))
  }

  /** Calls a function with a document; returns undefined for one that is not there. */
  #in<T>(uri: string, use: (document: PolicyDocument, analysis: Analysis) => T): T | undefined {
    const document = this.#documents.get(uri)
    return document && use(document, this.#current())
  }

  /** Returns the errors and warnings of each document, by URI. */
  diagnostics(): ReadonlyMap<string, readonly Diagnostic[]> {
    return diagnosticsOf(this.#current())
  }

  /** Returns the keywords and names that can be written at a position, the most likely first. */
  complete(uri: string, position: Position): readonly CompletionItem[] {
    return this.#at(uri, position, complete) ?? []
  }

  /** Returns what is known of the name at a position: a class, a column, the cases of a rule, the condition of a permission. */
  hover(uri: string, position: Position): Hover | undefined {
    return this.#at(uri, position, hover)
  }

  /** Returns the heads of the rule whose call is being written. */
  signatureHelp(uri: string, position: Position): SignatureHelp | undefined {
    return this.#at(uri, position, signatureHelp)
  }

  /** Returns where the name at a position is defined. */
  definitions(uri: string, position: Position): readonly Location[] {
    return this.#at(uri, position, definitions) ?? []
  }

  /** Returns the places of the name at a position, in all documents. */
  references(uri: string, position: Position, withDefinitions = true): readonly Location[] {
    return this.#at(uri, position, (...at) => references(...at, withDefinitions)) ?? []
  }

  /** Returns the places of the name at a position, in its document. */
  highlights(uri: string, position: Position): readonly DocumentHighlight[] {
    return this.#at(uri, position, highlights) ?? []
  }

  /** Returns the range of the name at a position that `rename` replaces. @throws RenameError if it can't be renamed. */
  renamable(uri: string, position: Position): Range | undefined {
    return this.#at(uri, position, renamable)
  }

  /** Returns the changes that rename the name at a position, in all documents. @throws RenameError */
  rename(uri: string, position: Position, name: string): WorkspaceEdit | undefined {
    return this.#at(uri, position, (document, offset, analysis) => rename(document, offset, name, analysis))
  }

  /** Returns the blocks and rules of a document. */
  outline(uri: string): readonly DocumentSymbol[] {
    return this.#in(uri, outline) ?? []
  }

  /** Returns the actions that a document grants by name. */
  grantedActions(uri: string): readonly GrantedAction[] {
    return this.#in(uri, grantedActions) ?? []
  }

  foldingRanges(uri: string): readonly FoldingRange[] {
    return this.#in(uri, foldingRanges) ?? []
  }

  /** Returns the meanings of names, numbered as in `tokenTypes`. */
  semanticTokens(uri: string): SemanticTokens {
    return this.#in(uri, semanticTokens) ?? { data: [] }
  }

  /** Returns the fixes of the mistakes in a range. */
  fixes(uri: string, range: Range): readonly CodeAction[] {
    return this.#in(uri, (document, analysis) => fixes(document, range, analysis)) ?? []
  }

  /** Returns the edits that format a document, or the statements in a range; none for a text with syntax errors. */
  async format(uri: string, range?: Range): Promise<readonly TextEdit[]> {
    return this.#in(uri, (document) => format(document, range)) ?? []
  }
}
