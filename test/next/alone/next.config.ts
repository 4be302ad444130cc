import { withPolicies } from '@arcturus/next/config'

export default withPolicies({
  experimental: { externalDir: true },
  typescript: { ignoreBuildErrors: true },
})
