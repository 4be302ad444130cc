import { authorization, world } from '../../world'

async function kept(actor: unknown) {
  'use cache'
  return world.authorizer.filter(actor, 'read', 'Document').kind
}

/** What is decided about somebody must not be kept. */
export default async function Page({ searchParams }: { searchParams: Promise<{ who?: string }> }) {
  const { who } = await searchParams
  const actor = who === undefined ? null : (await authorization()).actor
  return <p>classified {await kept(actor && 'ada')}</p>
}
