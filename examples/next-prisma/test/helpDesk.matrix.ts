import { defineTests } from '@arcturus/cli'

// `npx arcturus test` asks for every action of every row, and `npx arcturus mutate` for mistakes that this table would miss.
export default defineTests({
  title: 'Help desk',
  actors: {
    // Maren leads the desk of Fjordline Outdoor, and Idris is an agent there. Kenji is a customer there, and an agent elsewhere.
    maren: 'user:1',
    idris: 'user:2',
    kenji: 'user:5',
    nobody: null,
  },
  resources: {
    fjordline: 'tenant:1',
    // Tickets of Fjordline: by Anna, by Kenji, and two closed ones, the second by Kenji.
    tent: 'ticket:1',
    order: 'ticket:2',
    zip: 'ticket:7',
    bottle: 'ticket:8',
    // Tickets of the tenant where Kenji is an agent, the second one closed.
    card: 'ticket:15',
    invoice: 'ticket:20',
    // Of the messages, 8 is an internal note, and 36 is about a ticket of the other tenant.
    message3: 'message:3',
    message6: 'message:6',
    message8: 'message:8',
    message36: 'message:36',
    person: 'user:5',
  },
  allowed: `
           | fjordline         | tent                               | order                              | zip                    | bottle                 | card                               | invoice                | message3 | message6 | message8 | message36 | person
    maren  | export, read      | add_note, close, edit, read, reply | add_note, close, edit, read, reply | add_note, read, reopen | add_note, read, reopen | -                                  | -                      | read     | read     | read     | -         | read
    idris  | read              | add_note, close, edit, read, reply | add_note, close, edit, read, reply | add_note, read, reopen | add_note, read, reopen | -                                  | -                      | read     | read     | read     | -         | read
    kenji  | open_ticket, read | -                                  | close, edit, read, reply           | -                      | read, reopen           | add_note, close, edit, read, reply | add_note, read, reopen | -        | read     | -        | read      | read
    nobody | -                 | -                                  | -                                  | -                      | -                      | -                                  | -                      | -        | -        | -        | -         | -
  `,
  fields: {
    maren: {
      tent: { edit: ['assigneeId', 'priority', 'tenantId'] },
      order: { edit: ['assigneeId', 'priority', 'tenantId'] },
    },
    idris: {
      tent: { edit: ['assigneeId', 'priority', 'tenantId'] },
      order: { edit: ['assigneeId', 'priority', 'tenantId'] },
    },
    kenji: { order: { edit: ['subject'] }, card: { edit: ['assigneeId', 'priority', 'tenantId'] } },
  },
})
