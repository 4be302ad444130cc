import type { UserConfig } from 'tsdown'

const config: UserConfig = {
  entry: { 'internal/cli': 'src/internal/cli.ts', index: 'src/index.ts', diff: 'src/diff/index.ts' },
  format: ['esm', 'cjs'],
  dts: true,
  platform: 'neutral',
  fixedExtension: true,
  target: 'node20',
}

export default config
