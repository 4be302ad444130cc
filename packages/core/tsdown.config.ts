import type { UserConfig } from 'tsdown'

const config: UserConfig = {
  entry: { index: 'src/index.ts', node: 'src/node/index.ts', oso: 'src/oso/index.ts', repl: 'src/oso/bin.ts' },
  format: ['esm', 'cjs'],
  dts: true,
  sourcemap: true,
  // The main entry runs anywhere; `node` and `oso` import what only Node.js has.
  platform: 'neutral',
  fixedExtension: true,
  deps: { neverBundle: [/^node:/] },
  target: 'node20',
}

export default config
