import type { GetStaticPropsContext } from 'next'
import { answerOf, titlesOf } from '../../kept'
import { world } from '../../world'

export const getStaticPaths = () => ({ paths: [{ params: { who: 'ada' } }], fallback: 'blocking' })

/** Kept for everybody, when the application is built or later. */
export async function getStaticProps({ params }: GetStaticPropsContext) {
  const actor = world.user(String(params?.['who'])) ?? null
  return { props: { titles: await answerOf(() => titlesOf(actor)) }, revalidate: 3600 }
}

export default function Page({ titles }: { titles: string }) {
  return <p>{titles}</p>
}
