/** What an action answered, if it was not done; told to who can't see it, too. */
export function Problem({ text }: { text: string | undefined }) {
  return (
    <p className="problem" role="alert">
      {text}
    </p>
  )
}
