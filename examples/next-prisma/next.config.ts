import { withPolicies } from '@arcturus/next/config'

// A stricter policy for scripts needs nonces, and so dynamic pages: https://nextjs.org/docs/app/guides/content-security-policy
const headers = [
  {
    key: 'Content-Security-Policy',
    value: "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Referrer-Policy', value: 'same-origin' },
  { key: 'X-Content-Type-Options', value: 'nosniff' },
]

// Policies are bundled as text; 401 and 403 of pages are app/unauthorized.tsx and app/forbidden.tsx.
export default withPolicies({
  experimental: { authInterrupts: true },
  // It loads native code, which webpack does not bundle.
  serverExternalPackages: ['@prisma/adapter-libsql'],
  poweredByHeader: false,
  headers: async () => [{ source: '/:path*', headers }],
})
