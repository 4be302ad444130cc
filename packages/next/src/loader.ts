/** The loader of `withPolicies` for Turbopack: a policy's text as the default export of a module. */
export default function policyLoader(text: string): string {
  return `export default ${JSON.stringify(text)}`
}
