import type { UserConfig } from 'tsdown'

const config: UserConfig = {
  entry: { index: 'src/index.ts' },
  format: ['esm', 'cjs'],
  dts: true,
  // It runs anywhere: it needs `Request`, `Response` and the digests of the Web Crypto API.
  platform: 'neutral',
  fixedExtension: true,
  target: 'node20',
}

export default config
