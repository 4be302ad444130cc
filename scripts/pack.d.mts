export declare function packAll(destination: string): ReadonlyMap<string, string>
