import type { PublishingSource } from './postgres.js'

/** A client of `redis` or `ioredis`. */
export interface RedisLike {
  get(key: string): Promise<unknown>
  set(key: string, value: string): Promise<unknown>
  publish(channel: string, message: string): Promise<unknown>
  duplicate(): unknown
}

/** The client that listens. */
interface Listening {
  on(event: string, listener: (...given: unknown[]) => void): unknown
  /** Of `redis` alone: its clients connect when they are told to. */
  connect?(): Promise<unknown>
  subscribe(channel: string, listener?: () => void): Promise<unknown>
  destroy?(): unknown
  disconnect(): unknown
  /** Of `ioredis` alone. */
  readonly status?: string
}

/** Returns the source of a key in Redis or Valkey, which is also the name of the channel. */
export function fromRedis(client: RedisLike, key = 'arcturus:policy'): PublishingSource {
  const name = `redis ${key}`
  return {
    name,
    async read() {
      const text = await client.get(key)
      if (typeof text !== 'string') throw new Error(`${name} is not published.`)
      return { texts: [{ name, text }] }
    },
    watch(changed, failed) {
      // Sound: both clients have these methods.
      const listening = client.duplicate() as Listening
      listening.on('error', failed)
      // What was published while no connection listened.
      listening.on('ready', changed)
      const listen = async (): Promise<void> => {
        if (listening.status === undefined) await listening.connect?.()
        else listening.on('message', changed)
        await listening.subscribe(key, changed)
        changed()
      }
      listen().catch(failed)
      return () => (listening.destroy ? listening.destroy() : listening.disconnect())
    },
    async publish(text) {
      await client.set(key, text)
      await client.publish(key, '')
    },
  }
}
