export default function Page() {
  return <p>the page to sign in on</p>
}
