export default function NotFound() {
  return <p>the page of not-found</p>
}
