import { withPolicies } from '@arcturus/next/config'

// Policies are bundled as text; 401 and 403 of pages are app/unauthorized.tsx and app/forbidden.tsx.
export default withPolicies({ experimental: { authInterrupts: true } })
