import { answerOf, titlesOf } from '../../kept'
import { world } from '../../world'

export const dynamic = 'force-static'

export default async function Page() {
  return <p>{await answerOf(() => titlesOf(world.user('ada')))}</p>
}
