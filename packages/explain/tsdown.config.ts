import type { UserConfig } from 'tsdown'

const config: UserConfig = {
  entry: {
    index: 'src/index.ts',
    'internal/cli': 'src/internal/cli.ts',
    'internal/testing': 'src/internal/testing.ts',
  },
  format: ['esm', 'cjs'],
  dts: true,
  platform: 'neutral',
  fixedExtension: true,
  target: 'node20',
}

export default config
