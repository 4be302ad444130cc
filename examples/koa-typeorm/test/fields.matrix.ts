import { defineTests } from '@arcturus/cli'

const open = ['id', 'title', 'text', 'classification', 'updatedAt', 'author', 'folderId']
const all = [...open, 'amount', 'remarks']

// Who may read and write which fields. The contract and the agreement are confidential, and Jonas edits only the contract.
export default defineTests({
  title: 'Fields and requests of Folio',
  actors: { jonas: 'person:handle=jonas', nobody: null },
  resources: {
    projects: 'folder:name=Projects',
    expenses: 'document:title=Expenses',
    brief: 'document:title=Design brief',
    glazing: 'document:title=Glazing contract',
    consulting: 'document:title=Consulting agreement',
    theo: 'person:handle=theo',
    studio: 'team:name=Studio',
    share: 'share:1',
  },
  allowed: `
           | projects | expenses | brief                               | glazing    | consulting | theo | studio | share
    jonas  | read     | read     | classify, delete, edit, read, share | edit, read | read       | read | read   | -
    nobody | -        | -        | -                                   | -          | -          | -    | -      | -
  `,
  fields: {
    jonas: {
      projects: { read: ['id', 'name', 'parentId'] },
      expenses: { read: all },
      brief: { read: all, edit: ['title', 'text', 'amount', 'remarks', 'classification'] },
      glazing: { read: all, edit: ['title', 'text', 'amount', 'remarks'] },
      consulting: { read: open },
      theo: { read: ['id', 'handle', 'name'] },
      studio: { read: ['id', 'name', 'parentId'] },
      share: { read: ['id', 'role', 'person', 'team'] },
    },
  },
  requests: {
    documents: { request: { path: '/api/documents' }, allowed: ['jonas'] },
    people: { request: { path: '/api/people' }, allowed: ['jonas', 'nobody'] },
  },
})
