import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { Authorizer } from '@arcturus/core'
import { ArcturusError, describeSchema, invalidArgument } from '@arcturus/core/internal/policies'
import type { NamedText } from './source.js'

/** A policy as it is published. */
export interface Bundle {
  /** Grows with each bundle. */
  readonly number: number
  readonly texts: readonly NamedText[]
  /** The hash of the schema and the options with which the texts were checked. */
  readonly schema: string
  /** A policy that a share of the processes, from 0 to 1, asks beside the other one. */
  readonly candidate?: { readonly texts: readonly NamedText[]; readonly share: number } | undefined
}

/** A key of Ed25519: PEM, or a key of `node:crypto`. */
export type Key = string | KeyObject

/** The first line of a bundle. The second one is its content. */
interface Header {
  readonly arcturus: 'bundle'
  readonly hash: string
  readonly signature?: string
}

/** Returns whether a text is a bundle, not Polar. */
export function isBundle(text: string): boolean {
  return text.startsWith('{')
}

/**
 * Returns the hash of everything that a policy is checked against: the models, the names of constants and of the context,
 * and the options that name actions and rules. Values of constants can differ between processes.
 */
export function schemaOf(authorizer: Authorizer): string {
  const { schema, declaredActions, queryRules } = authorizer
  const { models, constants, context = [] } = describeSchema(schema)
  const named = [...models, ...context].map(({ name, ...rest }) => [name, { ...rest, statics: undefined }] as const)
  const names = [Object.keys(constants), [...declaredActions], [...queryRules]].map((each) => each.sort())
  return sha256(JSON.stringify([named.sort(([one], [other]) => (one < other ? -1 : 1)), names]))
}

/**
 * Returns the text of a bundle.
 * @param key - The private key that signs it. Default: it is not signed.
 */
export function writeBundle(bundle: Bundle, key?: Key): string {
  const content = JSON.stringify(bundle)
  const signature = key && sign(null, Buffer.from(content), ed25519(createPrivateKey, key)).toString('base64')
  const header: Header = { arcturus: 'bundle', hash: sha256(content), ...(signature && { signature }) }
  return `${JSON.stringify(header)}\n${content}\n`
}

/**
 * Returns the bundle of a text.
 * @param keys - The public keys, one of which must have signed it. Default: a signature is not needed.
 * @throws ArcturusError `damaged-bundle` or `untrusted-bundle`.
 */
export function readBundle(text: string, keys?: readonly KeyObject[]): Bundle {
  const [first = '', content = ''] = text.split('\n')
  const header = parsed<Header>(first)
  if (header?.arcturus !== 'bundle' || header.hash !== sha256(content))
    throw new ArcturusError('damaged-bundle', 'The policy is not a whole bundle.', {
      hint: 'write it with `arcturus bundle`, and replace files by renaming',
    })
  const signature = Buffer.from(String(header.signature ?? ''), 'base64')
  if (keys && !keys.some((key) => verify(null, Buffer.from(content), key, signature)))
    throw new ArcturusError('untrusted-bundle', 'The bundle is not signed with a key of `verify`.', {
      hint: 'sign it: arcturus bundle --key private.pem',
    })
  const bundle = parsed<Bundle>(content)
  if (Number.isSafeInteger(bundle?.number) && areTexts(bundle?.texts)) return bundle!
  throw new ArcturusError('damaged-bundle', 'The bundle has no policy.')
}

/** Returns the public keys of the option `verify`. @throws ArgumentError for one that is none of Ed25519. */
export function publicKeys(keys: Key | readonly Key[]): readonly KeyObject[] {
  const all = [keys].flat()
  if (all.length === 0) throw invalidArgument('`verify` has no key.')
  return all.map((key) => ed25519(createPublicKey, key))
}

function ed25519(create: (key: string) => KeyObject, key: Key): KeyObject {
  let made: KeyObject | undefined
  try {
    made = typeof key === 'string' ? create(key) : key
  } catch (cause) {
    throw invalidArgument("The key can't be read.", { hint: 'pass PEM', cause })
  }
  if (made.asymmetricKeyType === 'ed25519') return made
  throw invalidArgument('The key is not one of Ed25519.', { hint: 'openssl genpkey -algorithm ed25519' })
}

function areTexts(texts: unknown): boolean {
  return Array.isArray(texts) && texts.length > 0 && texts.every((one) => typeof one?.text === 'string')
}

function parsed<Value>(text: string): (Partial<Value> & Value) | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
