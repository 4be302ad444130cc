import Link from 'next/link'
import { Message } from '../components/Message'

export default function Forbidden() {
  return (
    <Message title="You may not do this">
      <p>Others can. If you think that you should be one of them, ask whoever leads your company’s support.</p>
      <Link className="button" href="/tickets">
        Your tickets
      </Link>
    </Message>
  )
}
