import { titlesOf } from '../../world'

export default async function Page() {
  return (
    <p>
      {await titlesOf('ada')} {await titlesOf(undefined)}
    </p>
  )
}
