export declare function modelPages(): readonly string[]
export declare function pathOf(page: string): string
export declare function blocksOf(page: string): ReadonlyMap<string, string>
