import type { Unexamined } from './comparison.js'

const sentences: Readonly<Record<Unexamined, string>> = {
  resources: '? Checks of resources that are no rows, such as a class or a string, can change. They are not compared.',
  fields: '? Decisions on fields (allow_field) can change. They are not compared.',
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
