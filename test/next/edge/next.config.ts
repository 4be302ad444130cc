import { withPolicies } from '@arcturus/next/config'

// The types are those that the other application was held to.
export default withPolicies({ typescript: { ignoreBuildErrors: true } })
