// Written by `arcturus types`; changes made here are lost.
export interface AppPolicy {
  actors: 'User'
  models: {
    Issue: {
      actions: 'close' | 'delete' | 'read'
      roles: 'creator'
      relations: 'repository'
      fields: 'creator' | 'repository'
      columns: 'closed' | 'createdAt' | 'creatorId' | 'id' | 'repositoryId' | 'title'
    }
    Organization: {
      actions: 'create_repository' | 'read'
      roles: 'member' | 'owner'
      relations: never
      fields: 'repositories' | 'roles'
      columns: 'id' | 'name'
    }
    OrganizationRole: {
      actions: never
      roles: never
      relations: never
      fields: 'organization' | 'user'
      columns: 'name' | 'organizationId' | 'userId'
    }
    Repository: {
      actions: 'describe' | 'open_issue' | 'publish' | 'read'
      roles: 'admin' | 'maintainer' | 'reader'
      relations: 'organization'
      fields: 'issues' | 'organization' | 'roles'
      columns: 'description' | 'id' | 'isPublic' | 'name' | 'organizationId'
    }
    RepositoryRole: {
      actions: never
      roles: never
      relations: never
      fields: 'repository' | 'user'
      columns: 'name' | 'repositoryId' | 'userId'
    }
    User: {
      actions: never
      roles: never
      relations: never
      fields: 'issues' | 'organizationRoles' | 'repositoryRoles'
      columns: 'about' | 'handle' | 'id' | 'name'
    }
  }
}

declare module '@arcturus/core' {
  interface Register {
    policy: AppPolicy
  }
}
