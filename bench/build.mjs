import { pnpm } from '../scripts/pnpm.mjs'

/** What is measured is what users install, so it is built anew; its messages stay out of standard output. */
export function buildCore() {
  const code = pnpm(['--filter', '@arcturus/core', 'run', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (code === 0) return
  console.error('The core package could not be built: `pnpm --filter @arcturus/core build` says why.')
  process.exit(1)
}
