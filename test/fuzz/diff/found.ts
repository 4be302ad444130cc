/** What was counted while pairs of policies were compared, and what was wrong. */
export class Found {
  readonly counts = new Map<string, number>()
  readonly failures: string[] = []

  count(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times)
  }

  wrong(what: string): void {
    this.failures.push(what)
  }
}
