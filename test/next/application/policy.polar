allow(_: User, "comment", document: Document) if document.isPublic = true;
