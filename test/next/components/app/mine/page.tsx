import { Suspense } from 'react'
import { titlesOf } from '../../../application/kept'
import { authorization } from '../../../application/world'

async function Titles() {
  return <p>{await titlesOf((await authorization()).actor)}</p>
}

/** Waits for the request. */
export default function Page() {
  return (
    <Suspense>
      <Titles />
    </Suspense>
  )
}
