import { Actions, Authorization, Can, type Policy, useCan } from '@arcturus/react'
import { type ReactElement, useEffect, useState } from 'react'

export interface Ticket {
  readonly id: number
  readonly ownerId: number
  readonly actions: readonly string[]
}
export interface State {
  readonly userId: number
  readonly tickets: readonly Ticket[]
}

/** A page with the two sources of answers: actions that the server sent, and a policy in the browser. */
export function App({ policy, state, wrap }: { policy: Policy; state: State; wrap: Wrap }): ReactElement {
  const actor = wrap('User', { id: state.userId })
  return (
    <Authorization policy={policy} actor={actor}>
      {state.tickets.map((ticket) => (
        <Actions key={ticket.id} allowed={ticket.actions}>
          <section id={`ticket-${ticket.id}`}>
            <Can do="read">Ticket {ticket.id}</Can>
            <Can do="close" on={wrap('Ticket', ticket)} fallback={<i>not yours</i>}>
              <CloseButton />
            </Can>
          </section>
        </Actions>
      ))}
      <Hydrated />
    </Authorization>
  )
}

/** Gives a row the name of its model. */
export type Wrap = (model: string, row: object) => object

function CloseButton(): ReactElement {
  const can = useCan()
  const [closed, close] = useState(false)
  return (
    <button type="button" disabled={!can('close')} onClick={() => close(true)}>
      {closed ? 'closed' : 'close'}
    </button>
  )
}

function Hydrated(): ReactElement {
  const [is, set] = useState(false)
  useEffect(() => set(true), [])
  return <output>{is ? 'hydrated' : 'sent'}</output>
}
