import { createRequire } from 'node:module'
import type { NextConfig } from 'next'

/** The part of webpack's configuration that is used here. */
interface WebpackConfiguration {
  readonly module: { readonly rules: unknown[] }
}

/**
 * Returns a Next configuration with which modules can import policies.
 * `import policy from './policy.polar'` is the bundled text, for Turbopack and webpack, so the
 * server needs no file system. In development, saving a policy reloads it with the modules that
 * import it.
 *
 * @param config - The rest of the configuration. Default: `{}`.
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
