/**
 * The Turbopack loader of `withPolicies`. Returns a module whose default export is the policy's
 * text.
 */
export default function policyLoader(text: string): string {
  return `export default ${JSON.stringify(text)}`
}
