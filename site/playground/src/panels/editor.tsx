import { useEffect, useRef } from 'preact/hooks'
import type { Handle } from '../editor.js'
import type { Finding } from '../engine.js'
import type { World } from '../world.js'

/** A policy to edit: a plain text field until CodeMirror is there. */
export function PolicyEditor({
  text,
  label,
  findings,
  world,
  onText,
}: {
  readonly text: string
  readonly label: string
  readonly findings: readonly Finding[]
  readonly world: World
  readonly onText: (text: string) => void
}) {
  const host = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const handle = useRef<Handle>(undefined)
  const latest = useRef(onText)
  latest.current = onText
  useEffect(() => {
    let isCurrent = true
    const load = () =>
      import('../editor.js').then(({ openEditor }) => {
        if (!isCurrent || !host.current || handle.current) return
        const hadFocus = document.activeElement === field.current
        const made = openEditor(host.current, field.current?.value ?? text, label, (changed) => latest.current(changed))
        handle.current = made
        if (field.current) field.current.hidden = true
        if (hadFocus) made.focus()
      })
    const wait = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 200))
    wait(() => void load())
    return () => {
      isCurrent = false
      handle.current?.close()
      handle.current = undefined
    }
  }, [])
  useEffect(() => handle.current?.show(text, findings, world), [text, findings, world.schema])
  return (
    <div class="editor" ref={host}>
      <textarea
        ref={field}
        aria-label={label}
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => onText(currentTarget.value)}
      />
    </div>
  )
}
