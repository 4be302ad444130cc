/** The classes of each union, by the union's name: `Actor` and `Resource`. */
export type Unions = ReadonlyMap<string, ReadonlySet<string>>
