// Written by `arcturus types`; changes made here are lost.
export interface AppPolicy {
  actors: 'Person'
  models: {
    Document: {
      actions: 'classify' | 'delete' | 'edit' | 'read' | 'share'
      roles: 'editor' | 'owner' | 'viewer'
      relations: 'folder'
      fields: 'author' | 'folder'
      columns: 'amount' | 'authorId' | 'classification' | 'folderId' | 'id' | 'remarks' | 'text' | 'title' | 'updatedAt'
    }
    Folder: {
      actions: 'add' | 'read' | 'share'
      roles: 'editor' | 'owner' | 'viewer'
      relations: 'parent'
      fields: 'parent'
      columns: 'id' | 'name' | 'parentId'
    }
    Person: {
      actions: 'read'
      roles: never
      relations: never
      fields: 'shares' | 'teams'
      columns: 'about' | 'handle' | 'id' | 'name'
    }
    Share: {
      actions: never
      fieldActions: 'read'
      roles: never
      relations: never
      fields: 'document' | 'folder' | 'person' | 'team'
      columns: 'documentId' | 'folderId' | 'id' | 'personId' | 'role' | 'teamId'
    }
    Team: {
      actions: 'read'
      roles: never
      relations: never
      fields: 'members' | 'parent' | 'shares'
      columns: 'id' | 'name' | 'parentId'
    }
  }
}

declare module '@arcturus/core' {
  interface Register {
    policy: AppPolicy
  }
}
