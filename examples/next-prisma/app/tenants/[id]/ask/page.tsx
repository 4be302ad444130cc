import type { Metadata } from 'next'
import Link from 'next/link'
import { authorize } from '../../../../src/authorization'
import { findTenant } from '../../../../src/tickets'
import { Question } from './Question'

export const metadata: Metadata = { title: 'New ticket' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const tenant = await authorize('open_ticket', findTenant((await params).id))
  return (
    <main className="narrow">
      <Link className="back" href="/tickets">
        ← Tickets
      </Link>
      <h1>Ask {tenant.name}</h1>
      <Question tenantId={tenant.id} />
    </main>
  )
}
