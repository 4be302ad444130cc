import type { UserConfig } from 'tsdown'

const config: readonly UserConfig[] = [
  {
    entry: { index: 'src/index.ts' },
    format: ['esm', 'cjs'],
    dts: true,
    platform: 'neutral',
    fixedExtension: true,
    target: 'node20',
  },
  {
    entry: { generator: 'src/generator/main.ts' },
    format: ['esm'],
    dts: false,
    platform: 'node',
    target: 'node20',
    clean: false,
  },
]

export default config
