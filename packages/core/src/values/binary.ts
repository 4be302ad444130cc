/**
 * Returns whether two binary values have equal contents.
 * Bytes are compared by content, whatever the view (`Uint8Array`, `Buffer`, `Uint8ClampedArray`,
 * `DataView`, `ArrayBuffer`). Other typed arrays of the same type are compared by their numbers.
 * @returns undefined if neither is a binary value.
 */
export function sameBinary(left: object, right: object): boolean | undefined {
  if (!isBinary(left)) return isBinary(right) ? false : undefined
  if (!isBinary(right)) return false
  const a = bytesOf(left)
  const b = bytesOf(right)
  if (a && b) return sameElements(a, b)
  if (a || b || left.constructor !== right.constructor) return false
  // Sound: a binary value without bytes here is a typed array.
  return sameElements(left as unknown as Numbers, right as unknown as Numbers)
}

export function isBinary(value: unknown): value is ArrayBufferView | ArrayBuffer {
  return ArrayBuffer.isView(value) || isBuffer(value)
}

/** Returns whether all instances of a class are binary values. */
export function isBinaryClass(cls: unknown): boolean {
  for (let at: unknown = cls; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
    if (at === ArrayBuffer || at === DataView || at === typedArray) return true
  }
  return typeof SharedArrayBuffer === 'function' && cls === SharedArrayBuffer
}
/** The superclass of all typed arrays. */
const typedArray: unknown = /* @__PURE__ */ Object.getPrototypeOf(Uint8Array)

type Numbers = ArrayLike<unknown>

/** Returns the bytes of a value; undefined for an array of other numbers. */
function bytesOf(value: ArrayBufferView | ArrayBuffer): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value
  if (!ArrayBuffer.isView(value)) return new Uint8Array(value)
  const isOfBytes = value instanceof DataView || value instanceof Uint8ClampedArray
  return isOfBytes ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : undefined
}

function isBuffer(value: unknown): boolean {
  return value instanceof ArrayBuffer || (typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer)
}

function sameElements(left: Numbers, right: Numbers): boolean {
  if (left.length !== right.length) return false
  for (let at = 0; at < left.length; at++) {
    const a = left[at]
    const b = right[at]
    if (a !== b && !(Number.isNaN(a) && Number.isNaN(b))) return false
  }
  return true
}
