import type { UserConfig } from 'tsdown'

const config: UserConfig = {
  entry: { index: 'src/index.ts', orpc: 'src/orpc.ts' },
  format: ['esm', 'cjs'],
  dts: true,
  // It runs anywhere; of Node's modules it imports the one that edges and workers have, too.
  platform: 'neutral',
  fixedExtension: true,
  deps: { neverBundle: [/^node:/] },
  target: 'node20',
}

export default config
