/** Somebody's initials, in a colour of their own. */
export function Face({ name, small = false }: { name: string; small?: boolean }) {
  const initials = name.replace(/(?<=\p{L})\p{L}+|\s/gu, '')
  const hue = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7)
  return (
    <span className={small ? 'face small' : 'face'} style={{ background: `hsl(${hue} 42% 33%)` }} aria-hidden="true">
      {initials}
    </span>
  )
}
