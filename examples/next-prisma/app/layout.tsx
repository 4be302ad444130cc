import type { Metadata, Viewport } from 'next'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Face } from '../components/Face'
import { authorization } from '../src/authorization'
import { signOut } from './sign-in/actions'
import './style.css'

export const metadata: Metadata = {
  title: { default: 'Lantern', template: '%s · Lantern' },
  description: 'A help desk of several companies, guarded by one policy.',
}
export const viewport: Viewport = { colorScheme: 'light dark' }

export default async function Layout({ children }: { children: ReactNode }) {
  const { actor } = await authorization()
  return (
    <html lang="en">
      <body>
        <header className="top">
          <Link className="brand" href="/tickets">
            <svg viewBox="0 0 24 24" width="26" height="26" aria-hidden="true">
              <path d="M9 2h6M8 6h8l1.5 3v9a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2V9zM12 2v4M9 22h6" />
              <path className="flame" d="M12 10c2 2 2.5 3.4 2.5 4.6a2.5 2.5 0 0 1-5 0c0-1.2.5-2.6 2.5-4.6z" />
            </svg>
            Lantern
          </Link>
          {actor ? (
            <>
              <Link className="me" href="/sign-in" title="Be somebody else">
                <Face name={actor.name} small />
                <span>{actor.name}</span>
              </Link>
              <form action={signOut}>
                <button className="quiet" type="submit">
                  Sign out
                </button>
              </form>
            </>
          ) : (
            <Link className="me" href="/sign-in">
              Sign in
            </Link>
          )}
        </header>
        {children}
      </body>
    </html>
  )
}
