import { Face } from '../../../components/Face'
import { Moment } from '../../../components/Moment'
import type { messagesOf } from '../../../src/tickets'

interface Properties {
  readonly messages: Awaited<ReturnType<typeof messagesOf>>
  readonly requesterId: number
  readonly tenant: string
}

/** What was written about a ticket: by who asked, by agents, and among agents. */
export function Conversation({ messages, requesterId, tenant }: Properties) {
  return (
    <ol className="messages">
      {messages.map(({ id, text, internal, createdAt, authorId, author }) => (
        <li key={id} className={internal ? 'note' : authorId === requesterId ? 'customer' : 'agent'}>
          <Face name={author?.name ?? ''} />
          <article>
            <header>
              <b>{author?.name}</b>
              {internal ? (
                <span className="tag">Internal note</span>
              ) : (
                authorId !== requesterId && <span className="tag">{tenant}</span>
              )}
              <Moment at={createdAt} />
            </header>
            <p>{text}</p>
          </article>
        </li>
      ))}
    </ol>
  )
}
