import { assertWorld, limits, type World, WorldError } from './world.js'

/** The longest link that is opened, in characters. */
const longest = 32_768

/** Returns the fragment of a link: the world as JSON, compressed, in the letters of base64url. */
export async function fragmentOf(world: World): Promise<string> {
  const stream = new Blob([JSON.stringify(world)]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer())
  const letters = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  return `w=${letters.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`
}

/**
 * Reads the world of a fragment.
 * @returns undefined for a fragment without a world
 * @throws WorldError for a damaged or too large one
 */
export async function worldOf(fragment: string): Promise<World | undefined> {
  const packed = /^#?w=([\w-]*)$/.exec(fragment)?.[1]
  if (packed === undefined) {
    if (fragment.startsWith('#w=')) throw new WorldError('The link is damaged.')
    return undefined
  }
  if (packed.length > longest) throw new WorldError(`The link is longer than ${longest} characters.`)
  let text: string
  try {
    const bytes = Uint8Array.from(atob(packed.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
      letter.charCodeAt(0),
    )
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
    text = await textOf(stream, 16 * limits.text)
  } catch (error) {
    if (error instanceof WorldError) throw error
    throw new WorldError('The link is damaged.')
  }
  return worldOfText(text, 'The link')
}

/** @throws WorldError if a text is not the JSON of a world. */
export function worldOfText(text: string, name: string): World {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new WorldError(`${name} is damaged: it contains no JSON.`)
  }
  return assertWorld(value)
}

/** Reads a stream, up to a limit: a short link can hold a very long text. */
async function textOf(stream: ReadableStream<Uint8Array>, most: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    text += decoder.decode(value, { stream: true })
    if (text.length > most) {
      await reader.cancel()
      throw new WorldError('The link holds too much.')
    }
  }
}
