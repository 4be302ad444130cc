// Whether what was observed is what was recorded.

export function same(a, b) {
  return stable(a) === stable(b)
}

function stable(value) {
  return JSON.stringify(value, (_, inner) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

function bag(results) {
  return results.map(stable).sort()
}

/**
 * @param options.positions - Whether lines and columns count.
 * @param options.anyOrder - Whether results may come in another order.
 */
export function sameOutcome(wanted, got, options = {}) {
  if (wanted.steps) {
    return (
      wanted.steps.length === got.steps?.length &&
      wanted.steps.every((step, index) => sameOutcome(step, got.steps[index], options))
    )
  }
  if (!sameError(wanted.error, got.error, options)) return false
  for (const key of ['results', 'partial']) {
    if ((wanted[key] === undefined) !== (got[key] === undefined)) return false
    if (wanted[key] === undefined) continue
    if (!(options.anyOrder ? same(bag(wanted[key]), bag(got[key])) : same(wanted[key], got[key]))) return false
  }
  for (const key of ['ok', 'value', 'set', 'log', 'prints']) {
    if (!same(wanted[key] ?? null, got[key] ?? null)) return false
  }
  if (wanted.warnings === undefined) return true
  const relevant = (warning) => (options.positions ? warning : { ...warning, line: undefined, column: undefined })
  return same(wanted.warnings.map(relevant), (got.warnings ?? []).map(relevant))
}

function sameError(wanted, got, { positions }) {
  if (!wanted || !got) return !wanted && !got
  if (wanted.kind !== got.kind || wanted.phase !== got.phase) return false
  if (wanted.value !== undefined && wanted.value !== got.value) return false
  return !positions || (wanted.line === got.line && wanted.column === got.column)
}
