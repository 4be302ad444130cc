import { Suspense } from 'react'
import { titlesOf } from '../../../application/kept'
import { authorization } from '../../../application/world'

/** Kept in one browser alone. */
async function titles() {
  'use cache: private'
  return titlesOf((await authorization()).actor)
}

async function Titles() {
  return <p>{await titles()}</p>
}

export default function Page() {
  return (
    <Suspense>
      <Titles />
    </Suspense>
  )
}
