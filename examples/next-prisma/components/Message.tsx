import type { ReactNode } from 'react'

/** What fills a page that has nothing else to show. */
export function Message({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="message">
      <h1>{title}</h1>
      {children}
    </main>
  )
}
