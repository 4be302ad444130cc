# Who may do what in the help desk. Every check and every list of the application is answered from this file.
# Somebody who has not signed in is nil, and no rule is about them.

allow(actor, action, resource) if has_permission(actor, action, resource);

actor User {}

# Names are no secret among those who have signed in.
allow(_: User, "read", _: User);

resource Tenant {
  roles = ["customer", "agent", "lead"];
  permissions = ["read", "open_ticket", "export"];

  "read" if "customer";
  "read" if "agent";
  "open_ticket" if "customer";
  "export" if "lead";

  "agent" if "lead";
}

resource Ticket {
  roles = ["participant", "requester", "agent"];
  permissions = ["read", "add_note", "reply", "edit", "close", "reopen"];
  relations = { tenant: Tenant };

  "read" if "participant";
  "add_note" if "agent";

  "participant" if "requester";
  "participant" if "agent";
  "agent" if "agent" on "tenant";
}

# What depends on whether the ticket is closed.
has_permission(user: User, action: String, ticket: Ticket) if
  action in ["reply", "edit", "close"] and
  ticket.status != "closed" and
  has_role(user, "participant", ticket);

has_permission(user: User, "reopen", ticket: Ticket) if
  ticket.status = "closed" and
  has_role(user, "participant", ticket);

# Whoever asked may say better what it is about; agents decide how urgent it is, and who deals with it: also another company, if they
# are agents there.
allow_field(user: User, "edit", ticket: Ticket, "subject") if
  has_permission(user, "edit", ticket) and
  has_role(user, "requester", ticket);

allow_field(user: User, "edit", ticket: Ticket, field) if
  field in ["priority", "assigneeId", "tenantId"] and
  has_permission(user, "edit", ticket) and
  has_role(user, "agent", ticket);

# Agents read everything that was written, customers no internal note.
resource Message {
  permissions = ["read"];
  relations = { ticket: Ticket };

  "read" if "agent" on "ticket";
}

has_permission(user: User, "read", message: Message) if
  message.internal = false and
  has_permission(user, "read", message.ticket);

# Where the roles and relations of the blocks above are found in the data.
has_role(user: User, name: String, tenant: Tenant) if
  membership in user.memberships and
  membership.role = name and
  membership.tenant = tenant;

has_role(user: User, "requester", ticket: Ticket) if ticket.requester = user;

has_relation(tenant: Tenant, "tenant", ticket: Ticket) if ticket.tenant = tenant;

has_relation(ticket: Ticket, "ticket", message: Message) if message.ticket = ticket;
