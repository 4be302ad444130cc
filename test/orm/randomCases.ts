/**
 * Returns how many random cases a test asks: a quarter of them by default, all of them in `npm run test:all`, and
 * `ARCTURUS_CASES` if that is set.
 */
export function randomCases(all: number): number {
  return Number(process.env['ARCTURUS_CASES'] ?? (process.env['ARCTURUS_TESTS'] === 'all' ? all : Math.ceil(all / 4)))
}
