/** Admins manage their spaces; members edit items of boards that are not locked. Tags belong to all. */
export const policy = `
  is_member(user: User, space: Space) if m in space.members and m.userId = user.id;
  is_admin(user: User, space: Space) if m in space.members and m.userId = user.id and m.role = "admin";

  allow(_: User, "read", _: User);
  allow(user: User, action, space: Space) if action in ["read"] and is_member(user, space);
  allow(user: User, action, space: Space) if action in ["create", "update", "delete"] and is_admin(user, space);
  allow(user: User, "read", member: Member) if is_member(user, member.space);
  allow(user: User, action, member: Member) if action in ["create", "update", "delete"] and is_admin(user, member.space);
  allow(user: User, "read", board: Board) if is_member(user, board.space);
  allow(user: User, action, board: Board) if action in ["create", "update", "delete"] and is_admin(user, board.space);
  allow(user: User, "read", item: Item) if is_member(user, item.board.space);
  allow(user: User, action, item: Item) if
    action in ["create", "update", "delete"] and item.board.locked = false and is_member(user, item.board.space);
  allow(user: User, action, note: Note) if
    action in ["read", "create", "update", "delete"] and note.item != nil and is_member(user, note.item.board.space);
  allow(_: User, "read", _: Tag);
  allow(_: User, action, tag: Tag) if action in ["update", "delete"] and tag.name != "official";
`
