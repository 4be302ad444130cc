import { withPolicies } from '@arcturus/next/config'

export default withPolicies({
  cacheComponents: true,
  experimental: { authInterrupts: true, externalDir: true },
  // The long tests check its types.
  typescript: { ignoreBuildErrors: process.env['ARCTURUS_TESTS'] !== 'all' },
})
