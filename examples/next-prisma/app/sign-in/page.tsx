import type { Metadata } from 'next'
import { Face } from '../../components/Face'
import { roleOf } from '../../components/roleOf'
import { rows } from '../../src/authorization'
import { withMemberships } from '../../src/helpDesk'
import { signIn } from './actions'

export const metadata: Metadata = { title: 'Sign in' }
// Who there is to choose from is in the database, which a build knows nothing of.
export const dynamic = 'force-dynamic'

export default async function Page({ searchParams }: { searchParams: Promise<{ from?: string }> }) {
  const { from = '' } = await searchParams
  const people = await rows.user.findMany({ include: withMemberships, orderBy: { id: 'asc' } })
  return (
    <main className="sign-in">
      <h1>Who are you?</h1>
      <p className="lead">
        Three companies answer their customers here. One policy decides what each person sees and does: sign in as
        several of them, and compare.
      </p>
      <form action={signIn.bind(null, from)}>
        <ul className="people">
          {people.map((person) => (
            <li key={person.id}>
              <button type="submit" name="person" value={person.handle}>
                <Face name={person.name} />
                <span>
                  <b>{person.name}</b>
                  <small>{roleOf(person)}</small>
                </span>
              </button>
            </li>
          ))}
        </ul>
      </form>
      <p className="hint">
        There are no passwords in this example: it takes everybody’s word. Your own sign-in goes here.
      </p>
    </main>
  )
}
