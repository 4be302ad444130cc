/** Returns a node without its spans, for comparisons. */
export function withoutSpans(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutSpans)
  if (typeof node !== 'object' || node === null) return node
  const entries = Object.entries(node).filter(([key]) => key !== 'span' && key !== 'head')
  const kept =
    'kind' in node && node.kind === 'shorthand rule' && 'head' in node
      ? [...entries, ['head', node.head] as const]
      : entries
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutSpans(value)]))
}
