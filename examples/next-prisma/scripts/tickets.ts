import type { Priority, Role, Status } from '../generated/prisma/client'

export const people = [
  ['maren', 'Maren Solheim'],
  ['idris', 'Idris Bello'],
  ['zofia', 'Zofia Nowak'],
  ['lucia', 'Lucía Ferrer'],
  ['kenji', 'Kenji Mori'],
  ['anna', 'Anna Berg'],
  ['mila', 'Mila Horvat'],
  ['tom', 'Tom Okafor'],
  ['priya', 'Priya Raman'],
  ['felix', 'Felix Brandt'],
] as const

export type Handle = (typeof people)[number][0]

/** What somebody wrote; with a third part it is a note among agents. */
type Written = readonly [author: Handle, text: string, 'internal'?]

export interface SeedTicket {
  readonly from: Handle
  readonly subject: string
  readonly status: Status
  readonly priority: Priority
  readonly assignee?: Handle
  readonly talk: readonly Written[]
}

export interface SeedTenant {
  readonly name: string
  readonly memberships: Readonly<Partial<Record<Handle, Role>>>
  /** The latest first. */
  readonly tickets: readonly SeedTicket[]
}

const fjordline: readonly SeedTicket[] = [
  {
    from: 'anna',
    subject: 'Tent pole snapped on its first night',
    status: 'open',
    priority: 'high',
    assignee: 'idris',
    talk: [
      [
        'anna',
        'The rear pole of my Skarv 3 snapped at the second joint. It was windy, but nothing a mountain tent should mind.\n\nWe leave for Jotunheimen on Friday. Can I get a new one before that?',
      ],
      [
        'idris',
        'I am sorry, Anna, that should not happen. Could you send me the number on the small white label inside the door?',
      ],
      ['idris', 'Third pole from batch 2508 this month. Maren, do we tell people before they ask?', 'internal'],
      [
        'maren',
        'Not yet, the factory answers tomorrow. Until then replace every one of them without asking for a receipt.',
        'internal',
      ],
      ['anna', 'It says SK3-2508-0417.'],
    ],
  },
  {
    from: 'kenji',
    subject: 'Where is order 48213?',
    status: 'waiting',
    priority: 'normal',
    assignee: 'zofia',
    talk: [
      ['kenji', 'Ordered a week ago, and the tracking page has said "label printed" for five days.'],
      [
        'zofia',
        'The parcel never left our warehouse, I am afraid. I have sent a second one today with express delivery. Would you tell me when it is there?',
      ],
      ['zofia', 'Warehouse lost the first parcel; written off under loss 77.', 'internal'],
    ],
  },
  {
    from: 'mila',
    subject: 'Boots rub at the heel: exchange for half a size up?',
    status: 'open',
    priority: 'normal',
    talk: [
      ['mila', 'I wore them twice, indoors only. Is half a size up possible, and who pays for sending them back?'],
    ],
  },
  {
    from: 'anna',
    subject: 'Charged twice for the same sleeping bag',
    status: 'open',
    priority: 'urgent',
    assignee: 'maren',
    talk: [
      ['anna', 'My card shows 2 349 kr twice on the same day, but there is one bag in the order.'],
      ['maren', 'I see both charges. The second is being returned; your bank usually needs three days.'],
      ['maren', 'Payment provider retried after a timeout. Finance knows, 14 orders are affected.', 'internal'],
      ['anna', 'My bank knows of no return. Could you send me something in writing?'],
    ],
  },
  {
    from: 'kenji',
    subject: 'Which stove for 3 000 m?',
    status: 'waiting',
    priority: 'low',
    assignee: 'idris',
    talk: [
      ['kenji', 'I own the Glo 1. Does it still simmer at 3 000 m and -10 °C, or do I want the liquid fuel one?'],
      [
        'idris',
        'It boils, but it will not simmer. At those temperatures take the Glo L, and a windscreen.\n\nShall I set one aside for you in the Oslo shop?',
      ],
    ],
  },
  {
    from: 'mila',
    subject: 'Gift card is not accepted',
    status: 'open',
    priority: 'high',
    assignee: 'zofia',
    talk: [
      ['mila', 'The card from last winter says "unknown number" when I pay.'],
      [
        'zofia',
        'Cards sold before the move to the new shop need to be transferred by hand. Which are the last four digits?',
      ],
      ['mila', '8842. Thank you!'],
    ],
  },
  {
    from: 'anna',
    subject: 'Repair of a jacket’s zip',
    status: 'closed',
    priority: 'normal',
    assignee: 'idris',
    talk: [
      ['anna', 'Do you repair zips of jackets that are older than the warranty?'],
      ['idris', 'Gladly, for 250 kr, in about ten days. Leave it at any of our shops.'],
      ['anna', 'Then I will bring it to Oslo tomorrow. Thank you!'],
    ],
  },
  {
    from: 'kenji',
    subject: 'Delivery to Japan',
    status: 'closed',
    priority: 'low',
    assignee: 'zofia',
    talk: [
      ['kenji', 'Do you deliver to Sapporo?'],
      ['zofia', 'Not yet; we deliver within Europe only.'],
      ['zofia', 'Fifth question about Japan this quarter. Worth telling sales?', 'internal'],
    ],
  },
  {
    from: 'mila',
    subject: 'Leaking hydration bladder',
    status: 'waiting',
    priority: 'normal',
    assignee: 'idris',
    talk: [
      ['mila', 'It drips at the valve, and my maps were soaked.'],
      ['idris', 'A new valve is in the post. Does it still drip with that one?'],
    ],
  },
  {
    from: 'anna',
    subject: 'Change the delivery address of order 47990',
    status: 'closed',
    priority: 'high',
    assignee: 'maren',
    talk: [
      ['anna', 'We moved! Please send it to Storgata 14, Lillehammer.'],
      ['maren', 'Changed, it leaves tomorrow.'],
    ],
  },
  {
    from: 'mila',
    subject: 'Newsletter comes five times a week',
    status: 'closed',
    priority: 'low',
    assignee: 'zofia',
    talk: [
      ['mila', 'I asked for the monthly one.'],
      ['zofia', 'You were on two lists. Now you are on the monthly one alone.'],
    ],
  },
  {
    from: 'kenji',
    subject: 'Rope: date of manufacture missing',
    status: 'open',
    priority: 'high',
    talk: [
      [
        'kenji',
        'There is no date on the tag at the end of the rope. I will not climb on it before I know how old it is.',
      ],
    ],
  },
  {
    from: 'anna',
    subject: 'Crampons for narrow boots',
    status: 'closed',
    priority: 'normal',
    assignee: 'idris',
    talk: [
      ['anna', 'Mine are size 36 and the smallest setting is still loose.'],
      ['idris', 'The short bar fits from 34 on. One is in the post, no charge.'],
    ],
  },
  {
    from: 'mila',
    subject: 'Invoice with the company’s name',
    status: 'closed',
    priority: 'low',
    assignee: 'maren',
    talk: [
      ['mila', 'Can I have the invoice of order 46120 for Horvat Guides d.o.o.?'],
      ['maren', 'Attached to your order page.'],
    ],
  },
]

const papaya: readonly SeedTicket[] = [
  {
    from: 'tom',
    subject: 'Card blocked while I am abroad',
    status: 'open',
    priority: 'urgent',
    assignee: 'kenji',
    talk: [
      [
        'tom',
        'My card was declined three times in Lisbon, and the app says that it is blocked. I have no other one with me.',
      ],
      [
        'kenji',
        'I can unblock it as soon as we know that it is you. Please confirm the request that I have just sent to your app.',
      ],
      ['kenji', 'Fraud model flagged it for the hotel deposit. Looks real, same hotel as last year.', 'internal'],
      ['tom', 'Confirmed.'],
    ],
  },
  {
    from: 'mila',
    subject: 'Statement for September is empty',
    status: 'waiting',
    priority: 'normal',
    assignee: 'lucia',
    talk: [
      ['mila', 'The PDF has a cover page and nothing else.'],
      ['lucia', 'We have made it anew. Does it look right now?'],
      ['lucia', 'Statement job ran before the ledger was closed. Engineering ticket PAY-2291.', 'internal'],
    ],
  },
  {
    from: 'tom',
    subject: 'Standing order ran twice',
    status: 'open',
    priority: 'high',
    talk: [['tom', 'My rent left the account on the 1st and again on the 2nd.']],
  },
  {
    from: 'mila',
    subject: 'A second signatory for the business account',
    status: 'open',
    priority: 'normal',
    assignee: 'lucia',
    talk: [
      ['mila', 'My sister joins the company. What do you need from us so that she can sign payments?'],
      ['lucia', 'A copy of her passport, and the page of the register that names her.'],
      ['mila', 'Both are uploaded.'],
    ],
  },
  {
    from: 'tom',
    subject: 'Exchange rate differs from the one shown',
    status: 'waiting',
    priority: 'normal',
    assignee: 'kenji',
    talk: [
      ['tom', 'The app said 1.17 and I was charged at 1.15.'],
      [
        'kenji',
        'The rate is that of the moment when the shop books the payment, two days later here. Is the difference more than that?',
      ],
    ],
  },
  {
    from: 'mila',
    subject: 'App closes when I scan an invoice',
    status: 'closed',
    priority: 'high',
    assignee: 'kenji',
    talk: [
      ['mila', 'Since the update on Monday, each time.'],
      ['kenji', 'Version 8.4.1 mends it; it is in the store now.'],
      ['mila', 'It does, thank you.'],
    ],
  },
  {
    from: 'tom',
    subject: 'Name on the card is misspelt',
    status: 'closed',
    priority: 'low',
    assignee: 'lucia',
    talk: [
      ['tom', 'It says OKAFOUR.'],
      ['lucia', 'A new card is on its way.'],
    ],
  },
  {
    from: 'mila',
    subject: 'Savings account for my daughter',
    status: 'closed',
    priority: 'normal',
    assignee: 'kenji',
    talk: [
      ['mila', 'From which age can she have one?'],
      ['kenji', 'From seven on, together with you.'],
    ],
  },
]

const orbit: readonly SeedTicket[] = [
  {
    from: 'priya',
    subject: 'Bike would not lock, so the ride never ended',
    status: 'open',
    priority: 'urgent',
    assignee: 'zofia',
    talk: [
      [
        'priya',
        'I left bike 3310 at the station by the museum at nine. The lock stayed open and the app has been counting since: 41 € by now!',
      ],
      ['zofia', 'I have ended the ride and taken the 41 € off. Was the small light at the lock red?'],
      ['zofia', 'Bike 3310 is out of service. Same lock firmware as the ones last week.', 'internal'],
      ['priya', 'It was not lit at all.'],
    ],
  },
  {
    from: 'tom',
    subject: 'Monthly pass for students',
    status: 'waiting',
    priority: 'low',
    assignee: 'zofia',
    talk: [
      ['tom', 'Is there one, and does an evening school count?'],
      ['zofia', 'There is, and it does. Please send a picture of the enrolment.'],
    ],
  },
  {
    from: 'priya',
    subject: 'No bikes at the station at seven in the morning',
    status: 'open',
    priority: 'normal',
    talk: [['priya', 'It is empty on every weekday. A few more would help many of us.']],
  },
  {
    from: 'tom',
    subject: 'Brake squeals on bike 1207',
    status: 'closed',
    priority: 'normal',
    assignee: 'zofia',
    talk: [
      ['tom', 'Loud enough that people turn around.'],
      ['zofia', 'New pads since yesterday. Thank you for telling us.'],
    ],
  },
  {
    from: 'priya',
    subject: 'Receipt for a business trip',
    status: 'closed',
    priority: 'low',
    assignee: 'zofia',
    talk: [
      ['priya', 'Can receipts carry our VAT number?'],
      ['zofia', 'They do once it is in your profile; I have put it there.'],
    ],
  },
]

export const tenants: readonly SeedTenant[] = [
  {
    name: 'Fjordline Outdoor',
    memberships: {
      maren: 'lead',
      idris: 'agent',
      zofia: 'agent',
      anna: 'customer',
      mila: 'customer',
      kenji: 'customer',
    },
    tickets: fjordline,
  },
  {
    name: 'Papaya Bank',
    memberships: { lucia: 'lead', kenji: 'agent', tom: 'customer', mila: 'customer' },
    tickets: papaya,
  },
  {
    name: 'Orbit Bikes',
    memberships: { zofia: 'lead', priya: 'customer', tom: 'customer' },
    tickets: orbit,
  },
]
