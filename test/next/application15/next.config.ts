import { withPolicies } from '@arcturus/next/config'

// The Pages Router of Next 15 compiles nothing from outside of the application by itself.
export default withPolicies({ experimental: { authInterrupts: true, useCache: true, externalDir: true } })
