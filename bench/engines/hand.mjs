// What an expert would write for exactly this policy: the floor.
export async function contenders({ byHand }) {
  return [{ name: 'hand-written', decide: (check) => byHand(check.user, check.action, check.resource) }]
}
