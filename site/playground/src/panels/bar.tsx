import { useRef, useState } from 'preact/hooks'
import { worldAt } from '../learn.js'
import { worldOfText } from '../link.js'
import type { Event, First, Mode, State } from '../state.js'

const modes: readonly (readonly [Mode, string])[] = [
  ['learn', 'Learn'],
  ['try', 'Try'],
  ['review', 'Review'],
]

export function Bar({
  first,
  state,
  send,
  open,
  share,
}: {
  readonly first: First
  readonly state: State
  readonly send: (event: Event) => void
  readonly open: (example: string) => Promise<void>
  readonly share: (withRows: boolean) => Promise<string>
}) {
  const [said, say] = useState('')
  const file = useRef<HTMLInputElement>(null)
  const { world, mode, source } = state
  const link = (withRows: boolean) =>
    void share(withRows).then(() => say('The link is in the address bar, and copied.'))
  const save = (name: string, text: string) => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
    link.download = name
    link.click()
    URL.revokeObjectURL(link.href)
  }
  const importFile = async (chosen: File | undefined) => {
    if (!chosen) return
    try {
      send({ type: 'world', world: worldOfText(await chosen.text(), chosen.name), source: 'link' })
    } catch (error) {
      send({ type: 'failed', error: error instanceof Error ? error.message : String(error) })
    }
  }
  return (
    <header>
      <h1>Arcturus playground</h1>
      <nav aria-label="Modes">
        {modes.map(([name, title]) => (
          <button
            key={name}
            type="button"
            aria-pressed={mode === name}
            onClick={() =>
              name === 'learn'
                ? send({ type: 'step', step: state.step, world: worldAt(state.step) })
                : send({ type: 'mode', mode: name })
            }
          >
            {title}
          </button>
        ))}
      </nav>
      <div class="tools">
        <label>
          <span>Example</span>
          <select
            onChange={({ currentTarget }) => {
              if (currentTarget.value !== '') void open(currentTarget.value)
              if (mode === 'learn') send({ type: 'mode', mode: 'try' })
            }}
          >
            <option value="">{world.title}</option>
            {first.examples.map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => link(source !== 'application')}>
          Link
        </button>
        {source === 'application' && (
          <button type="button" onClick={() => link(true)}>
            Link with rows
          </button>
        )}
        <button type="button" onClick={() => save('playground.world.json', `${JSON.stringify(world, undefined, 2)}\n`)}>
          Save
        </button>
        <button type="button" onClick={() => file.current?.click()}>
          Open
        </button>
        <input
          ref={file}
          type="file"
          accept=".json"
          hidden
          aria-label="A world file"
          onChange={({ currentTarget }) => void importFile(currentTarget.files?.[0])}
        />
        <span role="status">{said}</span>
      </div>
    </header>
  )
}
