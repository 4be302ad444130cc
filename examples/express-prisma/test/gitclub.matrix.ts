import { defineTests } from '@arcturus/cli'

// `npx arcturus test` asks for every action of every row, and `npx arcturus mutate` for mistakes that this table would miss.
export default defineTests({
  title: 'GitClub',
  actors: {
    ines: 'user:handle=ines',
    tomas: 'user:handle=tomas',
    yuki: 'user:handle=yuki',
    leila: 'user:handle=leila',
    oskar: 'user:handle=oskar',
    nobody: null,
  },
  resources: {
    // Ines owns Polar Labs, Tomas is a member.
    polarLabs: 'organization:name=Polar Labs',
    icebreaker: 'repository:name=icebreaker',
    snowdrift: 'repository:name=snowdrift',
    // Tomas maintains it.
    glacier: 'repository:name=glacier',
    // Of other organizations, the first one public. Yuki maintains the last one.
    greatBear: 'repository:name=great-bear',
    den: 'repository:name=den',
    honeycomb: 'repository:name=honeycomb',
    // Issues of icebreaker (by Yuki), snowdrift, glacier (by Leila) and great-bear (by Ines).
    icebreakerIssue: 'issue:1',
    snowdriftIssue: 'issue:25',
    glacierIssue: 'issue:37',
    greatBearIssue: 'issue:82',
    // Issues of den, one of them by Ines, who may not read den.
    denIssue: 'issue:101',
    ownIssueOfDen: 'issue:107',
  },
  allowed: `
           | polarLabs               | icebreaker                          | snowdrift                           | glacier                             | greatBear        | den | honeycomb                  | icebreakerIssue     | snowdriftIssue      | glacierIssue        | greatBearIssue | denIssue | ownIssueOfDen
    ines   | create_repository, read | describe, open_issue, publish, read | describe, open_issue, publish, read | describe, open_issue, publish, read | open_issue, read | -   | -                          | close, delete, read | close, delete, read | close, delete, read | close, read    | -        | close, read
    tomas  | read                    | open_issue, read                    | open_issue, read                    | describe, open_issue, read          | open_issue, read | -   | -                          | read                | read                | close, read         | read           | -        | -
    yuki   | -                       | open_issue, read                    | -                                   | -                                   | open_issue, read | -   | describe, open_issue, read | close, read         | -                   | -                   | read           | -        | -
    leila  | -                       | open_issue, read                    | open_issue, read                    | -                                   | open_issue, read | -   | -                          | read                | read                | close, read         | read           | -        | -
    oskar  | -                       | open_issue, read                    | -                                   | -                                   | open_issue, read | -   | -                          | read                | -                   | -                   | read           | -        | -
    nobody | -                       | read                                | -                                   | -                                   | read             | -   | -                          | read                | -                   | -                   | read           | -        | -
  `,
})
