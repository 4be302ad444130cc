import { Dict } from '../../values/dict.js'

/**
 * A value during a query: a JavaScript value, a `Cell`, or one of the three classes of this file.
 * Only the machine makes those classes; none of them ever reaches the application (see export.ts).
 */
export type Term = unknown

/** What only the machine makes: variables, and the values of the language that JavaScript lacks. */
export class OwnTerm {}

/**
 * A float whose value is a whole number; all other numbers show by themselves whether they are
 * integers.
 */
export class Float extends OwnTerm {
  constructor(readonly value: number) {
    super()
  }
}

/**
 * A list of a policy: some elements of an array, and possibly a rest that is another list or an
 * open variable.
 */
export class ListTerm extends OwnTerm {
  constructor(
    readonly items: readonly Term[],
    /** Index of the first element. */
    readonly from: number,
    readonly rest: Term | undefined,
  ) {
    super()
  }
}

/** A dictionary of a policy. Keys are in the order of their code points. */
export class DictTerm extends OwnTerm {
  constructor(readonly entries: ReadonlyMap<string, Term>) {
    super()
  }
}

/** Returns whether a term is an object of the application: neither a variable nor a list, a dictionary or a float. */
export function isOfHost(term: Term): term is object {
  if (typeof term !== 'object' || term === null || term instanceof OwnTerm) return false
  return !Array.isArray(term) && !(term instanceof Dict)
}

export type AnyList = readonly Term[] | ListTerm
export type AnyDict = Dict | DictTerm

export function isList(term: Term): term is AnyList {
  return Array.isArray(term) || term instanceof ListTerm
}

export function isDict(term: Term): term is AnyDict {
  return term instanceof DictTerm || term instanceof Dict
}

export function dictKeys(dict: AnyDict): string[] {
  return dict instanceof DictTerm ? [...dict.entries.keys()] : Object.keys(dict)
}

/**
 * Returns the value of a key; undefined, which no dictionary of a policy contains, if the key is
 * missing.
 */
export function dictGet(dict: AnyDict, key: string): Term | undefined {
  if (dict instanceof DictTerm) return dict.entries.get(key)
  return Object.hasOwn(dict, key) ? dict[key] : undefined
}

export function dictHas(dict: AnyDict, key: string): boolean {
  return dict instanceof DictTerm ? dict.entries.has(key) : Object.hasOwn(dict, key)
}
