import { defineTests } from '@arcturus/cli'

// `npx arcturus test` asks for every action of every row, and `npx arcturus mutate` for mistakes that this table would miss.
export default defineTests({
  title: 'Folio',
  actors: {
    // Of the board, of design, of finance, and of payroll, which is a part of finance.
    mara: 'person:handle=mara',
    jonas: 'person:handle=jonas',
    nadia: 'person:handle=nadia',
    lena: 'person:handle=lena',
    // Of no team: what they see is shared with them.
    ilse: 'person:handle=ilse',
    victor: 'person:handle=victor',
    nobody: null,
  },
  resources: {
    // Contracts are in the folder of the library, which is in Projects.
    projects: 'folder:name=Projects',
    library: 'folder:name=Harbour Library',
    contracts: 'folder:name=Library contracts',
    finance: 'folder:name=Finance',
    // Nadia wrote it, and it is shared with Ilse. Its folder is shared with Everyone.
    expenses: 'document:title=Expenses',
    // Jonas wrote the first one, and may edit the other.
    brief: 'document:title=Design brief',
    glazing: 'document:title=Glazing contract',
    consulting: 'document:title=Consulting agreement',
    theo: 'person:handle=theo',
    studio: 'team:name=Studio',
  },
  allowed: `
             | projects         | library          | contracts        | finance          | expenses                            | brief                               | glazing                             | consulting                          | theo | studio
      mara   | add, read, share | add, read, share | add, read, share | read             | read                                | classify, delete, edit, read, share | classify, delete, edit, read, share | classify, delete, edit, read, share | read | read
      jonas  | read             | add, read        | add, read        | -                | read                                | classify, delete, edit, read, share | edit, read                          | read                                | read | read
      nadia  | -                | -                | add, read        | add, read, share | classify, delete, edit, read, share | -                                   | classify, delete, edit, read, share | classify, delete, edit, read, share | read | read
      lena   | -                | -                | add, read        | add, read, share | read                                | -                                   | edit, read                          | edit, read                          | read | read
      ilse   | -                | -                | -                | read             | edit, read                          | -                                   | -                                   | -                                   | read | read
      victor | -                | -                | -                | -                | -                                   | -                                   | -                                   | read                                | read | read
      nobody | -                | -                | -                | -                | -                                   | -                                   | -                                   | -                                   | -    | -
  `,
})
