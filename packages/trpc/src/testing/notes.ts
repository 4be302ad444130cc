import { Authorizer } from '@arcturus/core'

export class User {
  constructor(readonly name: string) {}
}
export class Note {
  constructor(
    readonly id: string,
    readonly owner: string,
    readonly isShown = false,
  ) {}
}

/** The context of a call: its user by a header. */
export interface Context {
  readonly user: User | null
}

export function contextOf(name: string | string[] | undefined): Context {
  return { user: name === undefined ? null : new User(String(name)) }
}

interface Notes {
  readonly authorizer: Authorizer
  readonly notes: readonly Note[]
  find(id: string): Note | undefined
}

/** Notes that their owners may read and change. Everybody who is somebody may read those that are shown. */
export function createNotes(): Notes {
  const authorizer = new Authorizer().registerClass(User).registerClass(Note)
  authorizer.loadSync(`
    allow(user: User, "read", note: Note) if note.owner = user.name;
    allow(user: User, "edit", note: Note) if note.owner = user.name;
    allow(_: User, "read", note: Note) if note.isShown = true;
    allow(_: User, "break", note: Note) if note.owner.nothing.here = 1;
  `)
  const notes = [new Note('1', 'ada'), new Note('2', 'eve'), new Note('3', 'eve', true)]
  return { authorizer, notes, find: (id) => notes.find((note) => note.id === id) }
}

/** What the calls of one kind answer to ada, who owns note 1. */
export const expected = {
  health: 'well',
  read: 'ada',
  hidden: 'NOT_FOUND Not found.',
  missing: 'NOT_FOUND Not found.',
  forbidden: 'FORBIDDEN You may not do this.',
  model: 3,
  mine: 2,
  forgotten: 'INTERNAL_SERVER_ERROR',
  forgottenAwait: 'INTERNAL_SERVER_ERROR',
  swallowed: 'INTERNAL_SERVER_ERROR',
  inside: 'NOT_FOUND Not found.',
  insideAuthorizer: 'FORBIDDEN You may not do this.',
  failure: 'INTERNAL_SERVER_ERROR',
  brokenPolicy: 'INTERNAL_SERVER_ERROR',
  own: 'CONFLICT Taken.',
  stream: 'true,false,false',
  forgottenStream: 'INTERNAL_SERVER_ERROR',
  brokenStream: 'true,INTERNAL_SERVER_ERROR',
}

/** The message of a failure that no client may see. */
export const connection = 'connect postgres://app:hunter2@db'
