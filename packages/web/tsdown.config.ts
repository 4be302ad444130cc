import type { UserConfig } from 'tsdown'

const config: UserConfig = {
  entry: {
    'internal/next': 'src/internal/next.ts',
    'internal/routes': 'src/internal/routes.ts',
    'internal/testing': 'src/internal/testing.ts',
    index: 'src/index.ts',
    calls: 'src/callEntry.ts',
    node: 'src/node/index.ts',
  },
  format: ['esm', 'cjs'],
  dts: true,
  // The main entry runs anywhere; `node` holds responses of Node.js.
  platform: 'neutral',
  fixedExtension: true,
  deps: { neverBundle: [/^node:/] },
  target: 'node20',
}

export default config
