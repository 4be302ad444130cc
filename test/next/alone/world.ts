import { createWorld } from '../../frameworks/world'
import policy from '../application/policy.polar'

/** The authorizer alone: no module of this application loads `nextAuthorization`. */
const world = createWorld(policy)

/** The titles that somebody may read, or the code of the error in their place. */
export async function titlesOf(who: string | undefined): Promise<string> {
  try {
    const actor = world.user(who) ?? null
    const documents = await Promise.all(['1', '2'].map((id) => world.document(id)))
    return documents.flatMap((one) => (one && world.authorizer.can(actor, 'read', one) ? one.title : [])).join()
  } catch (error) {
    return `error ${(error as { code?: unknown }).code}`
  }
}
