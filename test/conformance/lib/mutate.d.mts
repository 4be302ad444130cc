export function mutator(policies: readonly string[], random: () => number): (policy: string) => string
