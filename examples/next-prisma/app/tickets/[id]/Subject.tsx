'use client'

import { type FormEvent, useState } from 'react'
import { Problem } from '../../../components/Problem'
import { useServerAction } from '../../../components/useServerAction'
import { edit } from './actions'

/** What a ticket is about, for who may to be said better. */
export function Subject({ id, subject, isEditable }: { id: number; subject: string; isEditable: boolean }) {
  const [isEdited, setEdited] = useState(false)
  const [text, setText] = useState(subject)
  const { run, isRunning, problem } = useServerAction(edit)

  async function submit(event: FormEvent) {
    event.preventDefault()
    if (await run(id, { subject: text })) setEdited(false)
  }

  if (!isEdited)
    return (
      <h1>
        {subject}
        {isEditable && (
          <button className="quiet" type="button" onClick={() => setEdited(true)}>
            Edit<span className="unseen"> the subject</span>
          </button>
        )}
      </h1>
    )
  return (
    <form className="subject" onSubmit={submit}>
      <input
        // biome-ignore lint/a11y/noAutofocus: who pressed Edit is about to write
        autoFocus
        value={text}
        onChange={(event) => setText(event.target.value)}
        maxLength={120}
        required
        aria-label="Subject"
      />
      <button className="button first" type="submit" disabled={isRunning}>
        Save
      </button>
      <button className="button" type="button" onClick={() => setEdited(false)}>
        Cancel
      </button>
      <Problem text={problem} />
    </form>
  )
}
