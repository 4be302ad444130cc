import { authorization, world } from '../../world'

export const revalidate = 3600

/** Told to be kept for an hour; dynamic all the same. */
export default async function Page() {
  const { actor } = await authorization()
  const user = actor as { name: string } | null
  return (
    <p>
      for {user?.name ?? 'nobody'}: {world.authorizer.filter(actor, 'read', 'Document').kind}
    </p>
  )
}
