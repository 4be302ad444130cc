'use server'

import { returnPath } from '@arcturus/next/proxy'
import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import { unguarded } from '../../src/authorization'
import { textIn } from '../../src/input'
import { personCookie } from '../../src/session'

/** Anybody may be anybody here; put your own sign-in in its place. Nothing is asked of the policy before it is known who asks. */
export const signIn = unguarded('signs somebody in', async (from: string, form: FormData): Promise<void> => {
  const handle = textIn(form instanceof FormData ? form.get('person') : undefined, 100)
  if (handle === undefined) redirect('/sign-in')
  const jar = await cookies()
  jar.set(personCookie, handle, { httpOnly: true, sameSite: 'lax' })
  redirect(returnPath(from, '/tickets'))
})

export const signOut = unguarded('ends the own session', async (): Promise<void> => {
  const jar = await cookies()
  jar.delete(personCookie)
  redirect('/sign-in')
})
