interface Turn {
  readonly keys: Set<string>
  readonly passed: Promise<void>
}

/** Finds out which relations are requested for several rows at the same time. */
export class Together {
  readonly #turns = new Map<string, Turn>()

  /**
   * Waits until all parallel requests have arrived. Returns whether all of them were for the same
   * row.
   */
  async isAlone(relation: string, key: object): Promise<boolean> {
    let turn = this.#turns.get(relation)
    if (!turn) {
      const keys = new Set<string>()
      turn = { keys, passed: this.#pass(relation, keys) }
      this.#turns.set(relation, turn)
    }
    // Keys with the same text only cost a query.
    turn.keys.add(Object.values(key).map(String).join())
    await turn.passed
    return turn.keys.size === 1
  }

  async #pass(relation: string, keys: ReadonlySet<string>): Promise<void> {
    // Parallel requests arrive a few turns apart.
    for (let seen = -1; seen < keys.size; ) {
      seen = keys.size
      for (let turn = 0; turn < 5; turn++) await undefined
    }
    this.#turns.delete(relation)
  }
}
