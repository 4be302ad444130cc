interface Turn {
  requests: number
  passed: Promise<void>
}

/**
 * Finds out which relations are requested several times at once: for several rows, or for one row by
 * several questions.
 */
export class Together {
  readonly #turns = new Map<string, Turn>()

  /** Waits until all parallel requests for a relation have arrived. Returns whether there was only one. */
  async isAlone(relation: string): Promise<boolean> {
    const turn = this.#turns.get(relation) ?? this.#begin(relation)
    turn.requests++
    await turn.passed
    return turn.requests === 1
  }

  #begin(relation: string): Turn {
    const turn = { requests: 0, passed: Promise.resolve() }
    this.#turns.set(relation, turn)
    turn.passed = this.#pass(relation, turn)
    return turn
  }

  async #pass(relation: string, turn: Turn): Promise<void> {
    // Parallel requests arrive a few turns apart.
    let seen: number
    do {
      seen = turn.requests
      for (let waited = 0; waited < 5; waited++) await undefined
    } while (turn.requests > seen)
    this.#turns.delete(relation)
  }
}
