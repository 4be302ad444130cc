/** Up to this many elements, popping one by one is quicker than setting the length of an array. */
const few = 32

/** Removes the elements of an array from a position on. */
export function shorten(array: unknown[], length: number): void {
  if (array.length - length > few) array.length = length
  else while (array.length > length) array.pop()
}
