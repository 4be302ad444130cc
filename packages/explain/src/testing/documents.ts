import type { ClassOptions } from '@arcturus/core'
import { Authorizer } from '@arcturus/core'

/** The classes of the policies that tests explain. */
export class User {
  constructor(
    readonly id: number,
    readonly name = 'ada',
    readonly isBanned = false,
    readonly roles: Role[] = [],
  ) {}
}
export class Role {
  constructor(
    readonly id: number,
    readonly name: string,
    readonly folder: Folder | null = null,
  ) {}
}
export class Folder {
  constructor(
    readonly id: number,
    readonly parent: Folder | null = null,
  ) {}
}
export class Document {
  constructor(
    readonly id: number,
    readonly owner: User | null = null,
    readonly folder: Folder | null = null,
    readonly level = 3,
    readonly labels: Role[] = [],
  ) {}
}

const declared: Readonly<Record<string, ClassOptions['fields']>> = {
  User: { name: String, isBanned: Boolean, roles: { many: 'Role' } },
  Role: { name: String, folder: { one: 'Folder' } },
  Folder: { parent: { one: 'Folder' } },
  Document: { owner: { one: 'User' }, folder: { one: 'Folder' }, level: Number, labels: { many: 'Role' } },
}

/** An authorizer of the classes, with their fields declared or not. */
export function authorizerOf(policy: string, isDeclared = true): Authorizer {
  const authorizer = new Authorizer()
  for (const cls of [Folder, Role, User, Document])
    authorizer.registerClass(cls, { key: 'id', ...(isDeclared ? { fields: declared[cls.name]! } : {}) })
  authorizer.loadSync({ name: 'policy.polar', text: policy })
  return authorizer
}

export const ada: User = new User(1)
export const eve: User = new User(2, 'eve')
export const root: Folder = new Folder(1)
export const inner: Folder = new Folder(2, root)
