import Link from 'next/link'
import { Message } from '../components/Message'

export default function NotFound() {
  return (
    <Message title="There is nothing here">
      <p>
        What you asked for does not exist, or is not for you: that looks the same, so that nobody finds out by asking.
      </p>
      <Link className="button" href="/tickets">
        Your tickets
      </Link>
    </Message>
  )
}
