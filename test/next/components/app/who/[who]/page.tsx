import { answerOf, titlesOf } from '../../../../application/kept'
import { world } from '../../../../application/world'

export function generateStaticParams() {
  return [{ who: 'ada' }]
}

/** Would be prerendered, though it is decided about whom the path names. */
export default async function Page({ params }: { params: Promise<{ who: string }> }) {
  const { who } = await params
  return <p>{await answerOf(() => titlesOf(world.user(who)))}</p>
}
