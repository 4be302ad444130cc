'use client'

import { useCan } from '@arcturus/next/client'
import { type FormEvent, useState } from 'react'
import { Problem } from '../../../components/Problem'
import { useServerAction } from '../../../components/useServerAction'
import { addNote, reply } from './actions'

const kinds = {
  reply: { action: 'reply', name: 'Reply', send: 'Send', hint: 'Everybody on this ticket reads this' },
  note: { action: 'add_note', name: 'Internal note', send: 'Save note', hint: 'Only agents will read this' },
} as const
type Kind = keyof typeof kinds

/** Where one writes: what the person may write, and nothing for who may write nothing. */
export function Composer({ id }: { id: number }) {
  const can = useCan()
  const offered = (Object.keys(kinds) as Kind[]).filter((kind) => can(kinds[kind].action))
  const [chosen, choose] = useState<Kind>('reply')
  const [text, setText] = useState('')
  const replying = useServerAction(reply)
  const noting = useServerAction(addNote)

  const kind = offered.includes(chosen) ? chosen : offered[0]
  if (kind === undefined) return null
  const { send, hint } = kinds[kind]
  const { run, isRunning, problem } = kind === 'note' ? noting : replying

  async function submit(event: FormEvent) {
    event.preventDefault()
    if (await run(id, text)) setText('')
  }

  return (
    <form className={`composer ${kind}`} onSubmit={submit}>
      {offered.length > 1 && (
        <fieldset className="kinds">
          <legend>What you write</legend>
          {offered.map((one) => (
            <label key={one}>
              <input type="radio" name="kind" checked={one === kind} onChange={() => choose(one)} />
              {kinds[one].name}
            </label>
          ))}
        </fieldset>
      )}
      <textarea
        value={text}
        onChange={(event) => setText(event.target.value)}
        rows={4}
        maxLength={4000}
        required
        placeholder={hint}
        aria-label={kinds[kind].name}
      />
      <div className="buttons">
        <Problem text={problem} />
        <button className="button first" type="submit" disabled={isRunning}>
          {send}
        </button>
      </div>
    </form>
  )
}
