// What a filter of an authorizer selects, or why it is refused.

/**
 * Gives the sorted `ids` of the rows that `ask` gives, or why it was `refused`: an error of the library says so by its type.
 * Any other error is `thrown`, which is never right.
 */
export async function answered({ ArcturusError }, ask) {
  try {
    return { ids: (await ask()).map(({ id }) => id).sort(byId) }
  } catch (error) {
    if (error instanceof ArcturusError) return { refused: error.data?.reason ?? error.code, why: error.summary }
    return { thrown: String(error) }
  }
}

const byId = (a, b) => (typeof a === 'number' ? a - b : a < b ? -1 : a > b ? 1 : 0)
