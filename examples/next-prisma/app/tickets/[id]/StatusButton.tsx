'use client'

import { useCan } from '@arcturus/next/client'
import { Problem } from '../../../components/Problem'
import { useServerAction } from '../../../components/useServerAction'
import { close, reopen } from './actions'

/** Closes a ticket or opens it again, whichever can be done. */
export function StatusButton({ id }: { id: number }) {
  const can = useCan()
  const closing = useServerAction(close)
  const reopening = useServerAction(reopen)
  return (
    <>
      {can('close') && (
        <button className="button" type="button" disabled={closing.isRunning} onClick={() => closing.run(id)}>
          Close
        </button>
      )}
      {can('reopen') && (
        <button className="button" type="button" disabled={reopening.isRunning} onClick={() => reopening.run(id)}>
          Reopen
        </button>
      )}
      <Problem text={closing.problem ?? reopening.problem} />
    </>
  )
}
