'use server'

import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import { localPath } from '../../src/input'
import { personCookie } from '../../src/session'

/** Anybody may be anybody here; put your own sign-in in its place. Nothing is asked of the policy before it is known who asks. */
export async function signIn(from: string, form: FormData): Promise<void> {
  const jar = await cookies()
  jar.set(personCookie, String(form.get('person')), { httpOnly: true, sameSite: 'lax' })
  redirect(localPath(from))
}

export async function signOut(): Promise<void> {
  const jar = await cookies()
  jar.delete(personCookie)
  redirect('/sign-in')
}
