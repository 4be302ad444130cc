/** A part of this package that an entry contains, or imports when it is first needed. */
export interface Late<Part> {
  /** Undefined before the part is imported. */
  readonly now: Part | undefined
  load(): Promise<Part>
}

/** Returns a part that the entry contains. */
export function present<Part>(part: Part): Late<Part> {
  return { now: part, load: async () => part }
}

/** Returns a part that is imported once, when it is first needed. */
export function late<Part>(load: () => Promise<Part>): Late<Part> {
  let now: Part | undefined
  let loading: Promise<Part> | undefined
  return {
    get now() {
      return now
    },
    async load() {
      loading ??= load()
      now = await loading
      return now
    },
  }
}
