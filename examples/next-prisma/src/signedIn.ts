import { unauthorized } from 'next/navigation'
import { authorization } from './authorization'
import type { Person } from './helpDesk'

/** Who looks at a page that is for somebody. It ends by `unauthorized()` for nobody. */
export async function signedIn(): Promise<Person> {
  const { actor } = await authorization()
  return actor ?? unauthorized()
}
