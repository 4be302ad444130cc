import type { UserConfig } from 'tsdown'

const config: UserConfig = {
  entry: { index: 'src/index.ts', repl: 'src/bin.ts' },
  format: ['esm', 'cjs'],
  dts: true,
  platform: 'neutral',
  fixedExtension: true,
  target: 'node20',
}

export default config
