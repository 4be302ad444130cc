import type { Step } from '../learn.js'
import type { State } from '../state.js'
import type { World } from '../world.js'

/** Text in backquotes becomes code. */
export function Words({ text }: { readonly text: string }) {
  return <>{text.split('`').map((part, at) => (at % 2 === 1 ? <code key={String(at)}>{part}</code> : part))}</>
}

export function Lesson({
  state,
  go,
  edit,
  of,
}: {
  readonly state: State
  readonly go: (step: number) => void
  readonly edit: (change: Partial<World>) => void
  readonly of: readonly Step[]
}) {
  const { step, opened, fresh } = state
  const { title, text, task, expected, solution } = of[step]!
  const { matrix } = opened ?? {}
  const [column] = matrix?.columns ?? []
  const given = expected.map(([actor, action, row, allowed]) => {
    const who = matrix?.actors.findIndex(({ label }) => label === actor) ?? -1
    const at = column?.rows.findIndex(({ label }) => label === row) ?? -1
    const answer = matrix?.answers[who]?.[0]?.[at]?.[column?.actions.indexOf(action) ?? -1]
    return { text: `${actor} ${allowed ? 'may' : 'may not'} ${action} ${row}`, ok: answer === allowed }
  })
  const done = fresh && given.every(({ ok }) => ok)
  return (
    <section class="lesson" aria-labelledby="lesson">
      <h2 id="lesson">
        {step + 1} of {of.length}: {title}
      </h2>
      {text.map((paragraph) => (
        <p key={paragraph}>
          <Words text={paragraph} />
        </p>
      ))}
      <p class="task">
        <Words text={task} />
      </p>
      <ul class="goals">
        {given.map(({ text, ok }) => (
          <li key={text} class={ok && fresh ? 'yes' : 'no'}>
            <span aria-hidden="true">{ok && fresh ? '✓' : '·'}</span> {text}
            <span class="hidden">{ok && fresh ? ': done' : ': not yet'}</span>
          </li>
        ))}
      </ul>
      <p role="status">
        {done ? (step + 1 < of.length ? 'Done.' : 'Done: you know the language. Try an example next.') : ''}
      </p>
      <p class="buttons">
        <button type="button" disabled={step === 0} onClick={() => go(step - 1)}>
          Back
        </button>
        <button type="button" onClick={() => edit({ policy: solution })}>
          The answer
        </button>
        <button type="button" class={done ? 'main' : ''} disabled={step + 1 === of.length} onClick={() => go(step + 1)}>
          Next
        </button>
      </p>
    </section>
  )
}
