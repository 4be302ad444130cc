import { answerOf, titlesOf } from '../../../kept'
import { world } from '../../../world'

/** What is generated is for everybody to see. */
export async function generateStaticParams() {
  const [of, nobody] = [await answerOf(() => titlesOf(world.user('ada'))), await answerOf(() => titlesOf(null))]
  return [{ id: of.replace(' ', '-') }, { id: nobody }]
}

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <p>{(await params).id}</p>
}
