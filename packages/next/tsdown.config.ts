import type { UserConfig } from 'tsdown'

const config: UserConfig = {
  entry: {
    index: 'src/index.ts',
    client: 'src/client.ts',
    config: 'src/config.ts',
    loader: 'src/loader.ts',
    pages: 'src/pages/index.ts',
    proxy: 'src/proxy.ts',
  },
  format: ['esm', 'cjs'],
  dts: true,
  platform: 'node',
  target: 'node20',
}

export default config
