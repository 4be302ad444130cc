/** A text of a policy: Polar, or a bundle. */
export interface NamedText {
  /** Its name in messages, such as a path. */
  readonly name: string
  readonly text: string
}

/** What a source has now. */
export interface Content {
  /** The texts of one policy, or a bundle alone. */
  readonly texts: readonly NamedText[]
  /** What the next `read` gets as `known`, such as an ETag. Default: the texts are compared. */
  readonly tag?: string | undefined
}

/** Where processes read their policy from. */
export interface WatchedSource {
  /** Its name in messages. */
  readonly name: string
  /**
   * Reads the policy. It rejects if there is none, or if it can't be reached.
   * @param known - The tag of the content that is known.
   * @param signal - Aborts the read after the option `timeout`.
   * @returns undefined if the content still has the known tag.
   */
  read(known: string | undefined, signal: AbortSignal): Promise<Content | undefined>
  /**
   * Begins to listen for changes. Default: the source is polled alone.
   * @param changed - Called if there may be something new, also after a connection was lost. The policy is read then.
   * @param failed - Called with an error of listening.
   * @returns A function that ends it.
   */
  watch?(changed: () => void, failed: (error: unknown) => void): () => void
}
