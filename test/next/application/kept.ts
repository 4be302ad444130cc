import { unstable_cache } from 'next/cache'
import { world } from './world'

/** The answer, or the code of the error in its place. */
export async function answerOf(question: () => unknown): Promise<string> {
  try {
    return String(await question())
  } catch (error) {
    return `error ${(error as { code?: unknown }).code}`
  }
}

/** The values that this process keeps for all requests, by name. */
export const keep = <Value>(name: string, make: () => Promise<Value>): Promise<Value> => unstable_cache(make, [name])()

/** The titles that somebody may read. */
export async function titlesOf(actor: unknown): Promise<string> {
  const filter = world.authorizer.filter(actor, 'read', 'Document')
  const documents = await Promise.all(['1', '2'].map((id) => world.document(id)))
  return documents
    .filter((one) => one && filter.matches(one))
    .map((one) => one?.title)
    .join()
}
