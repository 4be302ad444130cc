import { withPolicies } from '@arcturus/next/config'

export default withPolicies({ experimental: { authInterrupts: true, useCache: true } })
