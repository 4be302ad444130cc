import { describe, expect, it } from 'vitest'
import { hasBrowser, type Size, type Visit } from './browser.js'
import { runExample } from './example.js'

describe.skipIf(!hasBrowser)('The help desk in a browser', () => {
  const example = runExample('next-prisma')

  /** A path, as somebody sees it who has signed in. */
  async function open(handle: string, path: string, size: Size = 'desktop'): Promise<Visit> {
    const opened = await example.visit(size)
    await opened.page.context().addCookies([{ name: 'person', value: handle, url: example.url }])
    await opened.page.goto(path)
    await awake(opened)
    return opened
  }
  /** Waits until React has taken over what the server rendered: what is pressed before does nothing. */
  const awake = ({ page }: Visit) =>
    page.waitForFunction(
      `[...document.querySelectorAll('main button, main select, main textarea, main a')].every(
        (element) => Object.keys(element).some((key) => key.startsWith('__react')))`,
    )
  const subjects = ({ page }: Visit) => page.locator('.tickets .what a')
  const messages = ({ page }: Visit) => page.locator('.messages li')
  const buttons = ({ page }: Visit) => page.locator('main button:enabled').allTextContents()

  // The first ticket is Anna's, of Fjordline Outdoor: 5 messages, of which 2 are notes.
  const tent = 'Tent pole snapped on its first night'

  describe.each(['desktop', 'phone'] as const)('at the width of a %s', (size) => {
    it('lets visitors choose a person and returns to the requested page', async () => {
      const opened = await example.visit(size)
      await opened.page.goto('/tickets?status=open')
      await opened.page.getByRole('heading', { name: 'Who are you?' }).waitFor()
      await opened.picture('sign-in')
      await opened.page.getByRole('button', { name: 'Anna Berg' }).click()
      await opened.page.waitForURL('/tickets?status=open')
      expect(opened.problems).toEqual([])
      await opened.close()
    })

    it.each([
      ['maren', 8, '1–8 of 14', ['All 14', 'Open 5', 'Waiting 3', 'Closed 6']],
      ['zofia', 8, '1–8 of 19', ['All 19', 'Open 7', 'Waiting 4', 'Closed 8']],
      ['anna', 5, '1–5 of 5', ['All 5', 'Open 2', 'Waiting 0', 'Closed 3']],
      ['tom', 6, '1–6 of 6', ['All 6', 'Open 2', 'Waiting 2', 'Closed 2']],
      ['felix', 0, '0 in all', ['All 0', 'Open 0', 'Waiting 0', 'Closed 0']],
    ])('lists for %s the tickets that they may see, and counts no others', async (person, rows, range, tabs) => {
      const opened = await open(person, '/tickets', size)
      expect(await subjects(opened).count()).toBe(rows)
      expect(await opened.page.locator('.paging span').textContent()).toBe(range)
      expect(await opened.page.locator('.tabs a').allTextContents()).toEqual(tabs)
      await opened.picture(`list-${person}`)
      expect(opened.problems).toEqual([])
      await opened.close()
    })

    it('shows an agent a whole ticket and the allowed actions', async () => {
      const opened = await open('idris', '/tickets/1', size)
      expect(await messages(opened).count()).toBe(5)
      expect(await opened.page.locator('.messages .note').count()).toBe(2)
      expect(await buttons(opened)).toEqual(['Close', 'Send'])
      expect(await opened.page.getByRole('combobox').count()).toBe(2)
      expect(await opened.page.getByRole('link', { name: 'Ask something else' }).count()).toBe(0)
      await opened.picture('ticket-idris')
      expect(opened.problems).toEqual([])
      await opened.close()
    })

    it('shows a customer no internal notes, and the allowed actions', async () => {
      const opened = await open('anna', '/tickets/1', size)
      expect(await messages(opened).count()).toBe(3)
      // Nor is one in what the page is made of.
      expect(await opened.page.content()).not.toContain('Third pole from batch')
      expect(await buttons(opened)).toEqual(['Edit the subject', 'Close', 'Send'])
      expect(await opened.page.getByRole('combobox').count()).toBe(0)
      expect(await opened.page.getByRole('link', { name: 'Ask something else' }).count()).toBe(1)
      await opened.picture('ticket-anna')
      expect(opened.problems).toEqual([])
      await opened.close()
    })

    it.each([
      ['mila', '/tickets/1', 404, 'There is nothing here'],
      ['mila', '/tickets/9999', 404, 'There is nothing here'],
      ['idris', '/tenants/1/ask', 403, 'You may not do this'],
      ['idris', '/tenants/2/ask', 404, 'There is nothing here'],
      ['nobody-at-all', '/tickets', 401, 'Sign in first'],
    ])('reveals nothing to %s at %s: %i', async (person, path, status, title) => {
      const opened = await open(person, path, size)
      await opened.page.getByRole('heading', { name: title }).waitFor()
      await opened.picture(String(status))
      expect(opened.problems).toEqual([`${status} GET ${path}`])
      await opened.close()
    })
  })

  it.each(['desktop', 'phone'] as const)('explains a refused action beside its button on a %s', async (size) => {
    const opened = await open('anna', '/tickets/1', size)
    const { page } = opened
    const refusal = page.locator('.refusal', { hasText: 'Add an internal note' })
    expect(await refusal.getByRole('button').isDisabled()).toBe(true)
    await refusal.locator('summary').focus()
    await page.keyboard.press('Enter')
    const reason = refusal.locator('.reason')
    await reason.waitFor({ state: 'visible' })
    expect(await reason.textContent()).toMatch(/^User \d+ may not "add_note" Ticket 1\./)
    expect(await reason.textContent()).toContain('a new Membership in user.memberships')
    expect(await reason.textContent()).not.toMatch(/Anna|Fjordline|Tent/)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await opened.picture(`why-ticket-${colorScheme}`)
    }
    expect(opened.problems).toEqual([])
    await opened.close()
  })

  it('filters by status, searches, and turns pages', async () => {
    const opened = await open('maren', '/tickets')
    const { page } = opened
    await page.getByRole('link', { name: 'Next' }).click()
    await page.getByText('9–14 of 14').waitFor()
    expect(await subjects(opened).count()).toBe(6)
    await page.getByRole('link', { name: 'Previous' }).click()
    await page.getByText('1–8 of 14').waitFor()
    await page.getByRole('link', { name: 'Waiting' }).click()
    await page.getByText('1–3 of 3').waitFor()
    await page.getByRole('link', { name: 'All' }).click()
    await page.getByText('1–8 of 14').waitFor()
    await page.getByRole('searchbox').fill('sleeping')
    await page.getByRole('searchbox').press('Enter')
    await page.getByText('1–1 of 1').waitFor()
    expect(await subjects(opened).allTextContents()).toEqual(['Charged twice for the same sleeping bag'])
    // A subject of another company is not found.
    await page.getByRole('searchbox').fill('signatory')
    await page.getByRole('searchbox').press('Enter')
    await page.getByText('No tickets here.').waitFor()
    expect(opened.problems).toEqual([])
    await opened.close()
  })

  it('takes a ticket from its opening to its end', async () => {
    const customer = await open('priya', '/tickets')
    const { page } = customer
    await page.getByRole('link', { name: 'Ask Orbit Bikes' }).click()
    await page.getByLabel('What is it about?').fill('Saddle <b>missing</b>')
    await page.getByLabel('Tell us more').fill('Bike 99 has none.')
    await customer.picture('ask')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('heading', { name: 'Saddle <b>missing</b>' }).waitFor()
    const path = new URL(page.url()).pathname

    const agent = await open('zofia', path)
    await agent.page.getByLabel('Priority').selectOption('Urgent')
    await agent.page.getByLabel('Assigned to').selectOption('Zofia Nowak')
    await agent.page.getByText('Internal note').click()
    await agent.page.getByRole('textbox', { name: 'Internal note' }).fill('Stolen again.')
    await agent.picture('note')
    await agent.page.getByRole('button', { name: 'Save note' }).click()
    await messages(agent).filter({ hasText: 'Stolen again.' }).waitFor()
    await agent.page.getByText('Reply', { exact: true }).click()
    await agent.page.getByRole('textbox', { name: 'Reply' }).fill('A new one is on it.')
    await agent.page.getByRole('button', { name: 'Send' }).click()
    await agent.page.locator('.mark', { hasText: 'Waiting' }).waitFor()

    await page.reload()
    await awake(customer)
    expect(await page.locator('.messages p').allTextContents()).toEqual(['Bike 99 has none.', 'A new one is on it.'])
    expect(await page.locator('.details').textContent()).toContain('Urgent')
    await page.getByRole('button', { name: 'Edit the subject' }).click()
    await page.getByRole('textbox', { name: 'Subject' }).fill('Saddle missing')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Saddle missing' }).waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    // Before that, the page shows it as refused.
    await page.getByRole('button', { name: 'Reopen', disabled: false }).waitFor()
    expect(await buttons(customer)).toEqual(['Reopen'])
    await customer.picture('closed')

    // The agent's page does not know yet: what no longer works is refused, and said.
    await agent.page.getByRole('textbox', { name: 'Reply' }).fill('Anything else?')
    await agent.page.getByRole('button', { name: 'Send' }).click()
    await agent.page.getByRole('alert').filter({ hasText: 'You may not do this.' }).waitFor()
    await agent.picture('refused')
    for (const opened of [customer, agent]) {
      expect(opened.problems).toEqual([])
      await opened.close()
    }
  })

  it('can be used by the keyboard alone', async () => {
    const opened = await open('idris', '/tickets/2')
    const { page } = opened
    await page.getByRole('radio', { name: 'Reply' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Tab')
    await page.keyboard.type('Written without a mouse.')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('.messages .note', { hasText: 'Written without a mouse.' }).waitFor()
    expect(opened.problems).toEqual([])
    await opened.close()
  })

  describe('a forged request', () => {
    /** The path and the status of what is asked for with somebody's cookie. */
    const statusOf = async (handle: string | undefined, path: string) => {
      const headers: Record<string, string> = handle === undefined ? {} : { cookie: `person=${handle}` }
      return (await fetch(example.url + path, { headers, redirect: 'manual' })).status
    }

    it.each([
      [undefined, '/tickets/1', 307],
      ['nobody-at-all', '/tickets/1', 401],
      ['nobody-at-all', '/tickets', 401],
      ['mila', '/tickets/1', 404],
      ['lucia', '/tickets/1', 404],
      ['anna', '/tickets/1%20or%201', 404],
      ['anna', '/tickets/-1', 404],
      ['anna', '/tickets/1', 200],
      [undefined, '/tenants/1/export', 401],
      ['nobody-at-all', '/tenants/1/export', 401],
      ['anna', '/tenants/1/export', 403],
      ['idris', '/tenants/1/export', 403],
      ['lucia', '/tenants/1/export', 404],
      ['maren', '/tenants/9999/export', 404],
      ['maren', '/tenants/1/export', 200],
    ] as const)('of %s for %s is answered with %i', async (handle, path, status) => {
      expect(await statusOf(handle, path)).toBe(status)
    })

    it('by the page of a sign-in leads nowhere else', async () => {
      const opened = await example.visit()
      await opened.page.goto('/sign-in?from=https://example.com/tickets')
      await opened.page.getByRole('button', { name: 'Anna Berg' }).click()
      await opened.page.waitForURL('/tickets')
      await opened.close()
    })

    it('by an action of another user, or with forbidden fields, is denied', async () => {
      // What Maren's browser sends when she does it, to be sent again with whatever is put into it.
      const opened = await open('maren', '/tickets/4')
      const sent = opened.page.waitForRequest((request) => request.headers()['next-action'] !== undefined)
      await opened.page.getByLabel('Priority').selectOption('Low')
      const call = await sent
      const send = async (handle: string, args: readonly unknown[]) => {
        const headers = {
          'next-action': call.headers()['next-action']!,
          accept: 'text/x-component',
          'content-type': 'text/plain;charset=UTF-8',
          cookie: `person=${handle}`,
        }
        const answer = await fetch(call.url(), { method: 'POST', headers, body: JSON.stringify(args) })
        return resultIn(await answer.text())
      }
      expect(await send('maren', [4, { priority: 'high' }])).toMatchObject({ allowed: true })

      const forgeries: readonly [
        handle: string,
        ticket: number,
        changes: object,
        status: number,
        ...fields: readonly string[],
      ][] = [
        ['anna', 1, { subject: 'Mine', priority: 'low' }, 403, 'priority'],
        ['anna', 1, { subject: 'Mine', tenantId: 2 }, 403, 'tenantId'],
        ['idris', 1, { priority: 'low', requesterId: 2 }, 403, 'requesterId'],
        // Closed, of another company, of another customer, of nobody.
        ['idris', 10, { priority: 'low' }, 403],
        ['idris', 15, { priority: 'low' }, 404],
        ['mila', 1, { subject: 'Mine' }, 404],
        ['felix', 9999, { priority: 'low' }, 404],
        ['nobody-at-all', 1, { priority: 'low' }, 401],
      ]
      for (const [handle, ticket, changes, status, ...fields] of forgeries) {
        const result = await send(handle, [ticket, changes])
        expect([handle, ticket, result]).toMatchObject([handle, ticket, { allowed: false, status, fields }])
      }
      await opened.page.goto('/tickets/1')
      expect(await opened.page.getByRole('heading', { level: 1 }).textContent()).toBe(tent)
      expect(await opened.page.getByLabel('Priority').locator('option:checked').textContent()).toBe('High')
      expect(opened.problems).toEqual([])
      await opened.close()
    })
  })

  it('sends neither policy nor engine to browsers', async () => {
    const opened = await example.visit()
    const scripts: Promise<string>[] = []
    opened.page.on('response', (response) => {
      if (response.request().resourceType() === 'script') scripts.push(response.text())
    })
    await opened.page.context().addCookies([{ name: 'person', value: 'idris', url: example.url }])
    for (const path of ['/sign-in', '/tickets', '/tickets/1']) {
      await opened.page.goto(path)
      await awake(opened)
    }
    const texts = await Promise.all(scripts)
    expect(texts.some((text) => text.includes('is used outside of <Actions'))).toBe(true)
    for (const text of texts) {
      expect(text).not.toContain('has_permission')
      expect(text).not.toContain('No policy is loaded')
      expect(text).not.toContain('PrismaClient')
    }
    await opened.close()
  })
})

/** What a server action gave, in the lines of React's form for it. */
function resultIn(text: string): unknown {
  const line = text.split('\n').find((one) => one.includes('"allowed"'))
  return line && JSON.parse(line.slice(line.indexOf(':') + 1))
}
