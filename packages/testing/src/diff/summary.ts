import type { Unexamined } from './comparison.js'

const sentences: Readonly<Record<Unexamined, string>> = {
  resources: '? Checks of resources that are no rows, such as a class or a string, can change. They are not compared.',
  fields: '? Decisions on fields (allow_field) can change. `diffFields` compares them.',
  changes: '? Decisions on changes (allow_update) can change. They are not compared.',
  links: '? Decisions on links (allow_link) can change. They are not compared.',
  requests: '? Decisions on requests (allow_request) can change. They are not compared.',
}

/** Joins the lines of changes, and names the decisions that were not compared. */
export function summaryText(
  changes: readonly string[],
  unexamined: readonly Unexamined[],
  uncompared: readonly string[] = [],
): string {
  const open = [...uncompared, ...unexamined.map((one) => sentences[one])]
  const none = open.length === 0 ? 'No decision changes.' : 'No compared decision changes.'
  return [...(changes.length === 0 ? [none] : changes), ...open].join('\n')
}

/** Returns each line once, with the number of its rows by actor. */
export function countsText(
  changes: readonly (readonly [line: string, actor: string, count?: number])[],
): readonly string[] {
  const lines = new Map<string, Map<string, number>>()
  for (const [line, actor, count = 1] of changes) {
    const byActor = lines.get(line) ?? new Map<string, number>()
    lines.set(line, byActor.set(actor, (byActor.get(actor) ?? 0) + count))
  }
  return [...lines].map(
    ([line, byActor]) => `${line}: ${[...byActor].map(([actor, count]) => `${actor} ${count}`).join(', ')}`,
  )
}
