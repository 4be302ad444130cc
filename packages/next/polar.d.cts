/** The text of a policy, for TypeScript: `"types": ["@arcturus/next/polar"]`. */
declare module '*.polar' {
  const text: string
  export default text
}
