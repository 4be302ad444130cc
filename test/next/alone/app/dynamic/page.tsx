import { unstable_cache } from 'next/cache'
import { headers } from 'next/headers'
import { titlesOf } from '../../world'

export default async function Page() {
  const who = (await headers()).get('x-actor') ?? undefined
  const kept = unstable_cache(() => titlesOf('ada'), ['kept'])
  return (
    <p>
      {await titlesOf(who)} {await kept()}
    </p>
  )
}
