export default function Unauthorized() {
  return <p>the page of unauthorized</p>
}
