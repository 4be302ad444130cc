import { type Incremental, Kept, type Source, type Span } from '@arcturus/core/internal/language-service'
import { PieceSource, PolicyDocument } from './document.js'

/** Parses and checks the files of a policy again and again: a changed text costs the statements around the change. */
export class IncrementalLoad implements Incremental {
  readonly kept: Kept = new Kept()
  readonly #documents = new Map<string | undefined, PolicyDocument>()
  readonly #sources = new Map<PolicyDocument, Source>()

  parse(source: Source): ReturnType<Incremental['parse']> {
    const { name, text } = source
    let document = this.#documents.get(name)
    if (document) document.update(text, 0)
    else {
      document = new PolicyDocument(name ?? '', text, 0, false)
      this.#documents.set(name, document)
    }
    this.#sources.set(document, source)
    const statements = document.pieces.flatMap(({ statement }) => statement ?? [])
    return { statements, diagnostics: document.syntaxErrors }
  }

  place(span: Span): Span {
    if (!(span.source instanceof PieceSource) || !span.source.document) return span
    const { start, document } = span.source
    return { source: this.#sources.get(document)!, start: start + span.start, end: start + span.end }
  }
}
