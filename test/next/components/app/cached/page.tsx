import { Suspense } from 'react'
import { answerOf, titlesOf } from '../../../application/kept'
import { authorization, world } from '../../../application/world'

async function kept(name: string | null) {
  'use cache'
  return answerOf(() => titlesOf(name === null ? null : world.user(name)))
}

async function Titles() {
  const { actor } = await authorization()
  return <p>{await kept((actor as { name: string } | null)?.name ?? null)}</p>
}

export default function Page() {
  return (
    <Suspense>
      <Titles />
    </Suspense>
  )
}
