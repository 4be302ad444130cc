import { createRequire } from 'node:module'
import type { NextConfig } from 'next'

/** The part of webpack's configuration that is used here. */
interface WebpackConfiguration {
  readonly module: { readonly rules: unknown[] }
}

/** The options of `arcturus types`. */
export interface TypesOptions {
  /** The configuration. Default: `arcturus.config.ts` in the folder of the application or above. */
  readonly config?: string
  /** The name of the interface. Default: `AppPolicy`. */
  readonly name?: string
  /** Whether the interface is the policy of the whole application. Default: true. */
  readonly register?: boolean
}

/** The options of `withPolicies`. */
export interface PoliciesOptions {
  /**
   * Whether the development server writes `policy.d.polar.ts` beside each policy, as `arcturus types --modules` does. An
   * object has the options of this command. The application needs `@arcturus/cli` for it. Default: false.
   */
  readonly types?: boolean | TypesOptions
}

/**
 * Returns a Next configuration with which modules can import policies.
 * `import policy from './policy.polar'` is the bundled text, for Turbopack and webpack, so the
 * server needs no file system. In development, saving a policy reloads it with the modules that
 * import it, and writes its types again.
 *
 * @param config - The rest of the configuration. Default: `{}`.
 * @param options - Whether types are written. Default: they are not.
 * @example
 * // next.config.ts
 * export default withPolicies({ experimental: { authInterrupts: true } }, { types: true })
 */
export function withPolicies(config: NextConfig = {}, { types = false }: PoliciesOptions = {}): NextConfig {
  const loader = createRequire(import.meta.url).resolve('@arcturus/next/loader')
  // Builds write no sources.
  const isWritten = types !== false && process.env.NODE_ENV === 'development'
  const options = { root: process.cwd(), ...(isWritten && { types: types === true ? {} : { ...types } }) }
  const { turbopack = {}, webpack } = config
  return {
    ...config,
    turbopack: {
      ...turbopack,
      rules: { '*.polar': { loaders: [{ loader, options }], as: '*.js' }, ...turbopack.rules },
    },
    webpack: (own: WebpackConfiguration, context) => {
      own.module.rules.push({ test: /\.polar$/, use: [{ loader, options }] })
      return webpack ? webpack(own, context) : own
    },
  }
}
