import { titlesOf } from '../../world'

export const getStaticProps = async () => ({ props: { titles: await titlesOf('ada') } })

export default function Page({ titles }: { titles: string }) {
  return <p>{titles}</p>
}
