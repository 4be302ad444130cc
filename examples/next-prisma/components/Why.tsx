import { loadExplanation } from '@arcturus/explain'
import { authorization, authorizer } from '../src/authorization'
import type { findTicket } from '../src/tickets'

interface Properties {
  /** An action that the person may not do. */
  readonly action: 'reply' | 'add_note' | 'edit' | 'close' | 'reopen'
  /** The name of the action in a sentence, such as `close it`. */
  readonly name: string
  /** A ticket that the person may read. */
  readonly ticket: NonNullable<Awaited<ReturnType<typeof findTicket>>>
}

/**
 * A disabled button and its reason: the missing facts, and each rule with its first failed test.
 * It names rows by model and key, such as `User 7`, and contains no values of their fields.
 */
export async function Why({ action, name, ticket }: Properties) {
  const { actor } = await authorization()
  const reason = String(await loadExplanation(authorizer, actor, action, ticket))
  return (
    <div className="refusal">
      <button className="button" type="button" disabled>
        {name}
      </button>
      <details className="why" name="why">
        <summary aria-label={`Why is “${name}” refused?`}>why?</summary>
        <pre className="reason">{reason}</pre>
      </details>
    </div>
  )
}
