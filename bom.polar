# who may what
blocked(u: User) if u.banned = true;
blocked(u: User) if u.deleted = true;
allow(u: User, "read", _: Doc) if not blocked(u);
