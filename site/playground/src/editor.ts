import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language'
import { setDiagnostics } from '@codemirror/lint'
import { EditorState, StateEffect, StateField } from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  EditorView,
  hoverTooltip,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'
import type { Finding } from './engine.js'
import { LanguageClient, type Name } from './language.js'
import type { World } from './world.js'

/** An editor that is open. */
export interface Handle {
  /** Shows a text that was changed elsewhere, and the findings of the policy. */
  show(text: string, findings: readonly Finding[], world: Pick<World, 'schema' | 'context'>): void
  focus(): void
  close(): void
}

const polar = StreamLanguage.define({
  name: 'polar',
  token(stream) {
    if (stream.eatSpace()) return null
    if (stream.match(/#.*/)) return 'comment'
    if (stream.match(/"(?:[^"\\]|\\.)*"?/)) return 'string'
    if (stream.match(/\d[\d._eE+-]*/)) return 'number'
    if (
      stream.match(
        /(?:if|and|or|not|in|matches|forall|isa|cut|new|on|nil|true|false|mod|rem|print|debug)\b|(?:type|actor|resource)(?=\s+\w)/,
      )
    )
      return 'keyword'
    if (stream.match(/[A-Z]\w*/)) return 'typeName'
    if (stream.match(/[a-z_]\w*(?=\s*\()/)) return 'function'
    if (stream.match(/[a-zA-Z_]\w*/)) return 'variableName'
    stream.next()
    return null
  },
  tokenTable: { function: tags.function(tags.variableName) },
  languageData: { commentTokens: { line: '#' }, closeBrackets: { brackets: ['(', '[', '{', '"'] } },
})

const colours = HighlightStyle.define([
  { tag: tags.keyword, class: 'tok-keyword' },
  { tag: tags.string, class: 'tok-string' },
  { tag: tags.number, class: 'tok-number' },
  { tag: tags.comment, class: 'tok-comment' },
  { tag: tags.typeName, class: 'tok-type' },
  { tag: tags.function(tags.variableName), class: 'tok-function' },
])

const setNames = StateEffect.define<readonly Name[]>()

/** The colours of names by their meanings, which move with the text until the service tells them anew. */
const names = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, { changes, effects, newDoc }) {
    const found = effects.find((one) => one.is(setNames))?.value as readonly Name[] | undefined
    if (!found) return shown.map(changes)
    const inside = found.filter(({ to }) => to <= newDoc.length)
    return Decoration.set(
      inside.map(({ from, to, meaning }) => Decoration.mark({ class: `name-${meaning}` }).range(from, to)),
      true,
    )
  },
  provide: (field) => EditorView.decorations.from(field),
})

/**
 * Opens an editor in an element.
 * @param onText - Called with the text after each change by the user.
 */
export function openEditor(parent: HTMLElement, text: string, label: string, onText: (text: string) => void): Handle {
  // The language service starts with the first focus.
  let service: LanguageClient | undefined
  let world: Pick<World, 'schema' | 'context'> = { schema: '' }
  const current = (state: EditorState) => {
    service ??= new LanguageClient()
    return service.over(state.doc.toString(), world)
  }
  let isShowing = false
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Colours the names once the typing pauses. */
  const colour = (): void => {
    clearTimeout(timer)
    timer = setTimeout(async () => {
      const { doc } = view.state
      const found = await current(view.state).names()
      if (view.state.doc === doc) view.dispatch({ effects: setNames.of(found) })
    }, 200)
  }
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        polar,
        syntaxHighlighting(colours),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ override: [(context) => complete(context, current)] }),
        hoverTooltip(async (view, place) => {
          const found = await current(view.state).hover(place)
          if (!found) return null
          return {
            pos: place,
            create: () => {
              const dom = document.createElement('div')
              dom.className = 'hover'
              dom.textContent = found
              return { dom }
            },
          }
        }),
        placeholder('allow(actor, action, resource) if …'),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label }),
        // Tab leaves the editor, so that the keyboard reaches the answers.
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged && service) colour()
          if (docChanged && !isShowing) onText(state.doc.toString())
        }),
        EditorView.domEventHandlers({
          focus: () => {
            service ??= new LanguageClient()
            colour()
          },
        }),
        names,
      ],
    }),
  })
  return {
    show(shown, findings, known) {
      const { schema, context } = known
      world = { schema, ...(context && { context }) }
      isShowing = true
      const { doc } = view.state
      if (doc.toString() !== shown) view.dispatch({ changes: { from: 0, to: doc.length, insert: shown } })
      const { length } = view.state.doc
      const marks = findings.map(({ severity, code, message, hint, from, to }) => ({
        from: Math.min(from, length),
        to: Math.min(Math.max(to, from), length),
        severity,
        source: code,
        message: hint === undefined ? message : `${message}\n${hint}`,
      }))
      view.dispatch(setDiagnostics(view.state, marks))
      isShowing = false
    },
    focus: () => view.focus(),
    close: () => {
      clearTimeout(timer)
      service?.close()
      view.destroy()
    },
  }
}

async function complete(
  context: CompletionContext,
  current: (state: EditorState) => ReturnType<LanguageClient['over']>,
): Promise<CompletionResult | null> {
  const word = context.matchBefore(/[\w."]*$/)
  if (!context.explicit && (!word || word.from === word.to)) return null
  const items = await current(context.state).complete(context.pos)
  if (items.length === 0) return null
  const from = Math.min(...items.map((item) => item.from ?? context.matchBefore(/\w*$/)?.from ?? context.pos))
  return { from, options: items.map(({ from: _, ...item }): Completion => item), validFor: /^"?\w*$/ }
}
