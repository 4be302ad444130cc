import { createRequire } from 'node:module'
import type { NextConfig } from 'next'

/** What is used here of webpack's configuration. */
interface WebpackConfiguration {
  readonly module: { readonly rules: unknown[] }
}

/**
 * Lets modules import policies: `import policy from './policy.polar'` is the text, bundled, for Turbopack and webpack, so that no file
 * system is needed where it runs. In development a policy that is saved is loaded anew, as the modules that import it are.
 *
 * @example
 * // next.config.ts
 * export default withPolicies({ experimental: { authInterrupts: true } })
 */
export function withPolicies(config: NextConfig = {}): NextConfig {
  const loader = createRequire(import.meta.url).resolve('@arcturus/next/loader')
  const { turbopack = {}, webpack } = config
  return {
    ...config,
    turbopack: { ...turbopack, rules: { '*.polar': { loaders: [loader], as: '*.js' }, ...turbopack.rules } },
    webpack: (own: WebpackConfiguration, context) => {
      own.module.rules.push({ test: /\.polar$/, type: 'asset/source' })
      return webpack ? webpack(own, context) : own
    },
  }
}
