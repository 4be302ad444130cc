import { describe, expect, it } from 'vitest'
import { hasBrowser, type Size, type Visit } from './browser.js'
import { runExample } from './example.js'

describe.skipIf(!hasBrowser)('GitClub in a browser', () => {
  const example = runExample('express-prisma')

  /** The page, as one of its people sees it. */
  async function open(person: string, size: Size = 'desktop'): Promise<Visit> {
    const opened = await example.visit(size)
    await opened.page.goto('/')
    await opened.page.getByRole('radio', { name: person }).click()
    await opened.page.locator('#who', { hasText: person }).waitFor()
    return opened
  }
  const repositories = ({ page }: Visit) => page.locator('#repositories .row')
  /** What a forged request is answered: the page's own origin, with whatever is put into it. */
  const status = async ({ page }: Visit, handle: string, method: string, path: string, data?: object) => {
    const headers: Record<string, string> = handle ? { authorization: `Bearer ${handle}` } : {}
    return (await page.request.fetch(`/api${path}`, { method, headers, ...(data && { data }) })).status()
  }

  describe.each(['desktop', 'phone'] as const)('at the width of a %s', (size) => {
    it.each([
      ['Visitor', 12],
      ['Oskar', 12],
      ['Ines', 15],
      ['Bruno', 18],
      ['Amara', 16],
    ])('shows %s the repositories they may read: %i', async (person, count) => {
      const opened = await open(person, size)
      await expect.poll(() => repositories(opened).count()).toBe(count + 1)
      await opened.picture(`list-${person.toLowerCase()}`)
      expect(opened.problems).toEqual([])
      await opened.close()
    })

    it('shows a repository with the buttons that work, and the SQL that found its issues', async () => {
      const opened = await open('Ines', size)
      await repositories(opened).filter({ hasText: 'sextant' }).click()
      await opened.page.getByRole('heading', { name: 'Polar Labs / sextant' }).waitFor()
      const buttons = await opened.page.locator('.bar button').allTextContents()
      expect(buttons).toEqual(['Open an issue', 'Edit description', 'Make private'])
      expect(await opened.page.locator('#main-query pre').textContent()).toMatch(/FROM Issue/)
      await opened.picture('repository-ines')
      expect(opened.problems).toEqual([])
      await opened.close()
    })

    it('explains a refused action beside its button, and names no values', async () => {
      const opened = await open('Oskar', size)
      const { page } = opened
      await repositories(opened).filter({ hasText: 'sextant' }).click()
      await page.getByRole('heading', { name: 'Polar Labs / sextant' }).waitFor()
      await page.getByLabel('show what is refused').check()
      // By keyboard.
      await page.locator('.bar .why summary').first().focus()
      await page.keyboard.press('Enter')
      const reason = page.locator('.reason:visible')
      await reason.filter({ hasText: 'Why not:' }).waitFor()
      const text = (await reason.textContent())!
      expect(text).toContain('User 7 may not "describe" Repository 5.')
      expect(text).toContain('a new RepositoryRole in user.repositoryRoles')
      expect(text).toContain('"describe" if "maintainer"')
      expect(text).not.toMatch(/oskar|sextant|Polar Labs/i)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await opened.picture(`why-repository-${colorScheme}`)
      }
      await page.keyboard.press('Escape')
      await reason.waitFor({ state: 'hidden' })
      expect(await page.evaluate('document.activeElement.textContent')).toBe('why?')
      await page.locator('.issues .why summary').first().click()
      await reason.filter({ hasText: /may not "close" Issue/ }).waitFor()
      await opened.picture('why-issue')
      expect(opened.problems).toEqual([])
      await opened.close()
    })

    it('offers no buttons to a visitor', async () => {
      const opened = await open('Visitor', size)
      await repositories(opened).filter({ hasText: 'sextant' }).click()
      await opened.page.getByRole('heading', { name: 'Polar Labs / sextant' }).waitFor()
      expect(await opened.page.locator('.action').count()).toBe(0)
      await opened.picture('repository-visitor')
      expect(opened.problems).toEqual([])
      await opened.close()
    })
  })

  it('lets an author open, close and reopen an issue, and nothing else', async () => {
    const opened = await open('Oskar')
    const { page } = opened
    await repositories(opened).filter({ hasText: 'sextant' }).click()
    await page.getByRole('button', { name: 'Open an issue' }).click()
    await page.getByPlaceholder('What is wrong?').fill('<b>Lost</b> at sea')
    await page.getByRole('button', { name: 'Save' }).click()
    const issue = page.locator('.issues li', { hasText: '<b>Lost</b> at sea' })
    await issue.getByRole('button', { name: 'Close' }).click()
    await issue.getByRole('button', { name: 'Reopen' }).click()
    await issue.getByRole('button', { name: 'Close' }).waitFor()
    expect(await issue.getByRole('button').allTextContents()).toEqual(['Close'])
    expect(opened.problems).toEqual([])
    await opened.close()
  })

  it('makes a repository public and private again', async () => {
    const owner = await open('Ines')
    await repositories(owner).filter({ hasText: 'permafrost' }).click()
    await owner.page.getByRole('button', { name: 'Make public' }).click()
    await owner.page.getByRole('button', { name: 'Make private' }).waitFor()
    const visitor = await open('Visitor')
    await repositories(visitor).filter({ hasText: 'permafrost' }).waitFor()
    await owner.page.getByRole('button', { name: 'Make private' }).click()
    await owner.page.getByRole('button', { name: 'Make public' }).waitFor()
    await visitor.page.reload()
    await visitor.page.getByRole('radio', { name: 'Visitor' }).click()
    await expect.poll(() => repositories(visitor).filter({ hasText: 'permafrost' }).count()).toBe(0)
    for (const opened of [owner, visitor]) {
      expect(opened.problems).toEqual([])
      await opened.close()
    }
  })

  it('changes the person with the arrow keys and keeps the focus', async () => {
    const opened = await open('Visitor')
    const { page } = opened
    await page.getByRole('radio', { name: 'Visitor' }).focus()
    for (const person of ['Ines', 'Tomas']) {
      await page.keyboard.press('ArrowRight')
      await page.locator('#who', { hasText: person }).waitFor()
      await page.locator('.chip:has(:focus)', { hasText: person }).waitFor()
    }
    expect(opened.problems).toEqual([])
    await opened.close()
  })

  it('denies a forbidden action and shows the denial', async () => {
    const opened = await open('Oskar')
    const { page } = opened
    await repositories(opened).filter({ hasText: 'sextant' }).click()
    await page.getByLabel('show what is refused too').check()
    await page.getByRole('button', { name: 'Make private' }).click()
    await page.getByRole('status').filter({ hasText: '403' }).waitFor()
    await opened.picture('refused-oskar')
    await page.getByRole('textbox', { name: 'Ask for a repository' }).fill('4')
    await page.getByRole('button', { name: 'Ask', exact: true }).click()
    await page.locator('#answer', { hasText: '404' }).waitFor()
    expect(opened.problems).toEqual(['403 PUT /api/repositories/5/visibility', '404 GET /api/repositories/4'])
    await opened.close()
  })

  it('answers forged requests by 401, 403 and 404', async () => {
    const opened = await example.visit()
    // 4 is glacier, private, of Polar Labs; 5 is sextant, public.
    const forged: readonly [handle: string, method: string, path: string, data: object | undefined, answer: number][] =
      [
        ['', 'GET', '/repositories/4', undefined, 401],
        ['', 'POST', '/repositories/5/issues', { title: 'let me in' }, 401],
        ['nobody', 'GET', '/repositories/4', undefined, 401],
        ['oskar', 'GET', '/repositories/4', undefined, 404],
        ['oskar', 'GET', '/repositories/4/issues', undefined, 404],
        ['oskar', 'PUT', '/repositories/4/description', { description: 'mine' }, 404],
        ['oskar', 'PUT', '/repositories/5/description', { description: 'mine' }, 403],
        ['yuki', 'PUT', '/repositories/5/visibility', { isPublic: false }, 403],
        ['oskar', 'GET', '/repositories/9999', undefined, 404],
        ['oskar', 'DELETE', '/repositories/5', undefined, 404],
        ['oskar', 'GET', '/repositories/4/why?action=describe', undefined, 404],
        ['oskar', 'GET', '/repositories/5/why?action=delete', undefined, 400],
        ['oskar', 'GET', '/repositories/5/why?action=describe', undefined, 200],
      ]
    for (const [handle, method, path, data, answer] of forged) {
      expect([handle, method, path, await status(opened, handle, method, path, data)]).toEqual([
        handle,
        method,
        path,
        answer,
      ])
    }
    await opened.close()
  })

  it('ignores other fields of a request', async () => {
    const opened = await example.visit()
    const { request } = opened.page
    const headers = { authorization: 'Bearer oskar' }
    const sent = await request.post('/api/repositories/5/issues', {
      headers,
      data: { title: 'Forged', creatorId: 1, repositoryId: 4, closed: true, id: 1 },
    })
    expect(sent.status()).toBe(201)
    const { issue } = (await sent.json()) as { issue: { id: number } }
    const { issue: stored } = await (await request.get(`/api/issues/${issue.id}`, { headers })).json()
    expect(stored).toMatchObject({ title: 'Forged', creator: { handle: 'oskar' }, repositoryId: 5, closed: false })
    await opened.close()
  })
})
