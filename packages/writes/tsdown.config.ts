import type { UserConfig } from 'tsdown'

const config: UserConfig = {
  entry: { 'internal/prisma': 'src/internal/prisma.ts', 'internal/typeorm': 'src/internal/typeorm.ts' },
  format: ['esm', 'cjs'],
  dts: true,
  platform: 'neutral',
  fixedExtension: true,
  target: 'node20',
}

export default config
