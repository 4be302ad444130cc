'use client'

import { Message } from '../components/Message'

export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  return (
    <Message title="Something went wrong">
      <p>It is in our log. Nothing was changed.</p>
      <button className="button" type="button" onClick={reset}>
        Try again
      </button>
    </Message>
  )
}
