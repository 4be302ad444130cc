export declare function changedNames(before: string, after: string): string[]
export declare function problemsOf(release: {
  version: string
  current: string
  first: boolean
  fields: Readonly<Record<string, unknown>>
  changelog: string
  changed: readonly string[]
}): string[]
export declare function released(changelog: string, version: string, day: string): string
