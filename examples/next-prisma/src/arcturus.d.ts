// Written by `arcturus types`; changes made here are lost.
export interface AppPolicy {
  actors: 'User'
  models: {
    Membership: {
      actions: never
      roles: never
      relations: never
      fields: 'tenant' | 'user'
      columns: 'role' | 'tenantId' | 'userId'
    }
    Message: {
      actions: 'read'
      roles: never
      relations: 'ticket'
      fields: 'author' | 'ticket'
      columns: 'authorId' | 'createdAt' | 'id' | 'internal' | 'text' | 'ticketId'
    }
    Tenant: {
      actions: 'export' | 'open_ticket' | 'read'
      roles: 'agent' | 'customer' | 'lead'
      relations: never
      fields: 'memberships' | 'tickets'
      columns: 'id' | 'name'
    }
    Ticket: {
      actions: 'add_note' | 'close' | 'edit' | 'read' | 'reopen' | 'reply'
      roles: 'agent' | 'participant' | 'requester'
      relations: 'tenant'
      fields: 'assignee' | 'messages' | 'requester' | 'tenant'
      columns:
        | 'assigneeId'
        | 'createdAt'
        | 'id'
        | 'priority'
        | 'requesterId'
        | 'status'
        | 'subject'
        | 'tenantId'
        | 'updatedAt'
    }
    User: {
      actions: 'read'
      roles: never
      relations: never
      fields: 'assigned' | 'memberships' | 'messages' | 'requested'
      columns: 'handle' | 'id' | 'name'
    }
  }
}

declare module '@arcturus/core' {
  interface Register {
    policy: AppPolicy
  }
}
