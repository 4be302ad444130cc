import { useRef, useState } from 'preact/hooks'
import type { Answer, Question } from '../engine.js'
import type { Event, State } from '../state.js'
import type { Pin, World } from '../world.js'
import { Listing } from './listing.js'
import { Picture } from './picture.js'

/** Who may do what, and why. */
export function Answers({
  state,
  choose,
  send,
  edit,
}: {
  readonly state: State
  readonly choose: (question: Question | undefined) => void
  readonly send: (event: Event) => void
  readonly edit: (change: Partial<World>) => void
}) {
  const { opened, fresh, chosen, world, failed } = state
  const matrix = opened?.matrix
  const asked = chosen && matrix?.columns[chosen.column]
  const about = asked && {
    actor: matrix!.actors[chosen!.actor]!.label,
    action: chosen!.action,
    model: asked.model,
    row: asked.rows[chosen!.row]!.label,
    allowed:
      matrix!.answers[chosen!.actor]![chosen!.column]![chosen!.row]![asked.actions.indexOf(chosen!.action)] === true,
  }
  const pins = world.pins ?? []
  const isPin = (pin: Pin) =>
    about !== undefined &&
    ['actor', 'action', 'model', 'row'].every((key) => pin[key as keyof Pin] === about[key as keyof Pin])
  return (
    <div class="answers">
      <section aria-labelledby="who">
        <h2 id="who">Who may do what</h2>
        {opened && opened.contexts.length > 0 && (
          <label>
            Context{' '}
            <select
              value={state.context ?? opened.contexts[0]}
              onChange={({ currentTarget }) => send({ type: 'context', context: currentTarget.value })}
            >
              {opened.contexts.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
        {matrix ? (
          <Matrix state={state} choose={choose} />
        ) : (
          <p>{state.error === undefined ? 'The engine is starting …' : 'No answers.'}</p>
        )}
        <p role="status" class="hidden">
          {fresh ? 'The answers are up to date.' : ''}
        </p>
      </section>
      {about && (
        <section aria-labelledby="why" id="reason">
          <h2 id="why">
            {about.actor} {about.allowed ? 'may' : 'may not'} {about.action} {about.row}
          </h2>
          <pre class="reason">{state.reason ?? '…'}</pre>
          <button
            type="button"
            onClick={() => edit({ pins: pins.some(isPin) ? pins.filter((pin) => !isPin(pin)) : [...pins, about] })}
          >
            {pins.some(isPin) ? 'Unpin this answer' : 'Pin this answer as a test'}
          </button>
          <Listing state={state} title={`The list: ${asked!.model} rows that ${about.actor} may ${about.action}`} />
        </section>
      )}
      {pins.length > 0 && (
        <section aria-labelledby="pins">
          <h2 id="pins">Pinned answers</h2>
          <ul class="pins">
            {pins.map((pin, at) => (
              <li key={`${pin.actor} ${pin.action} ${pin.model} ${pin.row}`} class={failed.includes(at) ? 'no' : 'yes'}>
                {failed.includes(at) ? '✗' : '✓'} {pin.actor} {pin.allowed ? 'may' : 'may not'} {pin.action} {pin.row}
              </li>
            ))}
          </ul>
          {matrix && <TestText state={state} />}
        </section>
      )}
      {opened && opened.graph.boxes.length > 0 && <Picture graph={opened.graph} />}
    </div>
  )
}

const mark = (answer: Answer) => (answer === true ? '✓' : answer === false ? '–' : '!')
const word = (answer: Answer) => (answer === true ? 'may' : answer === false ? 'may not' : 'has an error:')

/** The table of all answers. Arrow keys move between its cells. */
function Matrix({
  state,
  choose,
}: {
  readonly state: State
  readonly choose: (question: Question | undefined) => void
}) {
  const table = useRef<HTMLTableElement>(null)
  const [current, move] = useState('0 0')
  const { opened, fresh, chosen, world, failed } = state
  const { actors, columns, answers } = opened!.matrix!
  const rows = columns.flatMap((column, at) => column.rows.map((row, index) => ({ column, at, row, index })))
  const go = (line: number, cell: number) => {
    const wanted = `${(line + rows.length) % rows.length} ${(cell + actors.length) % actors.length}`
    move(wanted)
    table.current?.querySelector<HTMLButtonElement>(`[data-cell="${wanted}"]`)?.focus()
  }
  const moves: Readonly<Record<string, readonly [number, number]>> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  }
  return (
    <div class={`scroll${fresh ? '' : ' stale'}`}>
      <table class="matrix" ref={table}>
        <caption class="hidden">Each cell lists the actions that an actor may do to a row.</caption>
        <thead>
          <tr>
            <td />
            {actors.map(({ label, model }) => (
              <th key={`${model}${label}`} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ column, at, row, index }, line) => (
            <tr key={`${column.model}${row.at}`} class={index === 0 ? 'first' : ''}>
              <th scope="row">
                {row.label}
                <small>{column.model}</small>
              </th>
              {actors.map((actor, cell) => (
                <td key={`${actor.model}${actor.label}`}>
                  {column.actions.map((action, of) => {
                    const answer = answers[cell]![at]![index]![of]!
                    const isChosen =
                      chosen?.actor === cell && chosen.column === at && chosen.row === index && chosen.action === action
                    const pin = (world.pins ?? []).findIndex(
                      (one) =>
                        one.actor === actor.label &&
                        one.action === action &&
                        one.row === row.label &&
                        one.model === column.model,
                    )
                    return (
                      <button
                        key={action}
                        type="button"
                        class={`answer ${answer === true ? 'yes' : answer === false ? 'no' : 'bad'}${pin < 0 ? '' : failed.includes(pin) ? ' pin failed' : ' pin'}`}
                        aria-pressed={isChosen}
                        aria-label={`${actor.label} ${word(answer)} ${typeof answer === 'string' ? `${answer}, ` : ''}${action} ${row.label}`}
                        title={typeof answer === 'string' ? answer : undefined}
                        data-cell={of === 0 ? `${line} ${cell}` : undefined}
                        tabIndex={current === `${line} ${cell}` ? 0 : -1}
                        onClick={() => choose(isChosen ? undefined : { actor: cell, column: at, row: index, action })}
                        onFocus={() => move(`${line} ${cell}`)}
                        onKeyDown={(event) => {
                          const step = moves[event.key]
                          if (!step) return
                          event.preventDefault()
                          go(line + step[0], cell + step[1])
                        }}
                      >
                        <span aria-hidden="true">{mark(answer)}</span> {action}
                      </button>
                    )
                  })}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The answers as a test of `@arcturus/testing`. */
function TestText({ state }: { readonly state: State }) {
  const { actors, columns, answers } = state.opened!.matrix!
  const rows = columns.flatMap(({ rows, actions }, column) => rows.map((row, at) => ({ row, actions, column, at })))
  const table = [
    ['', ...rows.map(({ row }) => row.label)],
    ...actors.map(({ label }, who) => [
      label,
      ...rows.map(
        ({ actions, column, at }) =>
          actions.filter((_, of) => answers[who]![column]![at]![of] === true).join(', ') || '-',
      ),
    ]),
  ]
  const widths = table[0]!.map((_, at) => Math.max(...table.map((line) => line[at]!.length)))
  const text = table.map((line) => `    ${line.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')}`).join('\n')
  return (
    <details>
      <summary>As a test</summary>
      <pre>{`policyMatrix(authorizer, {\n  actors,\n  resources,\n  allowed: \`\n${text}\n  \`,\n})`}</pre>
    </details>
  )
}
