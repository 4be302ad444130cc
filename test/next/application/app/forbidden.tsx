export default function Forbidden() {
  return <p>the page of forbidden</p>
}
