/** A part of this package that is imported when it is first needed. */
export interface Late<Part> {
  /** Undefined before the part is imported. */
  readonly now: Part | undefined
  /** Imports the part once. A failed import is tried again by the next call. */
  load(): Promise<Part>
}

/**
 * Returns a part that is imported late.
 * @param present - Returns the part if something else has imported it.
 */
export function late<Part>(load: () => Promise<Part>, present?: () => Part | undefined): Late<Part> {
  let now: Part | undefined
  let loading: Promise<Part> | undefined
  return {
    get now() {
      now ??= present?.()
      return now
    },
    async load() {
      now ??= present?.()
      if (now !== undefined) return now
      loading ??= load()
      try {
        now = await loading
      } catch (error) {
        loading = undefined
        throw error
      }
      return now
    },
  }
}
