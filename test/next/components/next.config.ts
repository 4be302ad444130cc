import { withPolicies } from '@arcturus/next/config'

export default withPolicies({ cacheComponents: true, experimental: { authInterrupts: true, externalDir: true } })
