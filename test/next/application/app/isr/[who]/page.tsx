import { titlesOf } from '../../../kept'
import { world } from '../../../world'

export const revalidate = 3600

export function generateStaticParams() {
  return []
}

/** Would be kept for everybody, though it is decided about whom the path names. */
export default async function Page({ params }: { params: Promise<{ who: string }> }) {
  return <p>{await titlesOf(world.user((await params).who))}</p>
}
