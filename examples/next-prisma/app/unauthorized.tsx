import Link from 'next/link'
import { Message } from '../components/Message'

export default function Unauthorized() {
  return (
    <Message title="Sign in first">
      <p>Tickets are shown to those whom they concern.</p>
      <Link className="button first" href="/sign-in">
        Sign in
      </Link>
    </Message>
  )
}
