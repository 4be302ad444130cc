'use client'

import { type FormEvent, useState } from 'react'
import { Problem } from '../../../../components/Problem'
import { useServerAction } from '../../../../components/useServerAction'
import { openTicket } from './actions'

/** What a customer asks: a subject, and the rest. */
export function Question({ tenantId }: { tenantId: number }) {
  const [subject, setSubject] = useState('')
  const [text, setText] = useState('')
  const { run, isRunning, problem } = useServerAction(openTicket)

  function submit(event: FormEvent) {
    event.preventDefault()
    run(tenantId, subject, text)
  }

  return (
    <form className="question" onSubmit={submit}>
      <label>
        What is it about?
        <input value={subject} onChange={(event) => setSubject(event.target.value)} maxLength={120} required />
      </label>
      <label>
        Tell us more
        <textarea value={text} onChange={(event) => setText(event.target.value)} rows={8} maxLength={4000} required />
      </label>
      <div className="buttons">
        <Problem text={problem} />
        <button className="button first" type="submit" disabled={isRunning}>
          Send
        </button>
      </div>
    </form>
  )
}
