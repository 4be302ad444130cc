import { connection } from 'next/server'
import { Suspense } from 'react'
import { answerOf, titlesOf } from '../../../../application/kept'
import { world } from '../../../../application/world'

async function Titles({ params }: { params: Promise<{ who: string }> }) {
  await connection()
  const { who } = await params
  return <p>{await answerOf(() => titlesOf(world.user(who)))}</p>
}

/** Is rendered for each request. */
export default function Page({ params }: { params: Promise<{ who: string }> }) {
  return (
    <Suspense>
      <Titles params={params} />
    </Suspense>
  )
}
