import type { UserConfig } from 'tsdown'

const config: UserConfig = {
  entry: { extension: 'src/extension.ts' },
  format: ['cjs'],
  platform: 'node',
  // The Node.js of the oldest editor that `engines` allows.
  target: 'node20',
  deps: { alwaysBundle: [/.*/], neverBundle: ['vscode'], onlyBundle: false },
  minify: true,
}

export default config
