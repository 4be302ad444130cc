export declare function packAll(
  destination: string,
  fields?: { repository: string; homepage: string; bugs: string },
): ReadonlyMap<string, string>
