/**
 * Returns how many random cases a test asks: all of them in `npm run test:all`, otherwise some, by default an eighth of them, and
 * `ARCTURUS_CASES` if that is set.
 */
export function randomCases(all: number, some = Math.ceil(all / 8)): number {
  return Number(process.env['ARCTURUS_CASES'] ?? (process.env['ARCTURUS_TESTS'] === 'all' ? all : some))
}
