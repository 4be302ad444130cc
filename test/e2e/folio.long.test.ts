import { describe, expect, it } from 'vitest'
import { hasBrowser, type Size, type Visit } from './browser.js'
import { runExample } from './example.js'

describe.skipIf(!hasBrowser)('Folio in a browser', () => {
  const example = runExample('koa-typeorm')

  /** The page, as one of its people sees it first. */
  async function open(person: string, size: Size = 'desktop', insists = false): Promise<Visit> {
    const opened = await example.visit(size)
    await opened.page.goto('/')
    if (insists) await opened.page.getByLabel('Offer me also').check()
    await opened.page.getByRole('button', { name: person }).click()
    await opened.page.getByRole('heading', { name: 'All documents' }).waitFor()
    return opened
  }
  const documents = ({ page }: Visit) => page.getByRole('list', { name: 'Documents' }).getByRole('listitem')
  const foldersHere = ({ page }: Visit) => page.getByRole('list', { name: 'Folders here' }).getByRole('listitem')
  const readDocument = async ({ page }: Visit, title: string) => {
    await page.getByRole('link', { name: title }).click()
    await page.getByRole('article').getByRole('heading', { name: title }).waitFor()
  }
  const buttons = ({ page }: Visit) => page.getByRole('article').getByRole('button').allTextContents()
  const expectNoProblems = async (...visits: Visit[]) => {
    for (const opened of visits) {
      expect(opened.problems).toEqual([])
      await opened.close()
    }
  }

  describe.each(['desktop', 'phone'] as const)('at the width of a %s', (size) => {
    it('lets visitors choose a person', async () => {
      const opened = await example.visit(size)
      await opened.page.goto('/')
      await opened.page.getByRole('button', { name: 'Theo Lang' }).waitFor()
      await opened.picture('people')
      await expectNoProblems(opened)
    })

    it.each([
      ['Mara', ['Board', 'Finance', 'Handbook', 'People', 'Projects'], 34],
      ['Lena', ['Finance', 'Handbook', 'Depot contracts', 'Library contracts', 'Payroll'], 15],
      ['Victor', ['Depot drawings'], 4],
      ['Theo', [], 0],
    ])('shows %s the folders %j and %i documents', async (person, folders, count) => {
      const opened = await open(person, size)
      await opened.page.getByText(`${count} documents that you may read`).waitFor()
      expect(await foldersHere(opened).allTextContents()).toEqual(folders)
      expect(await documents(opened).count()).toBe(Math.min(10, count))
      await opened.picture(`all-${person.toLowerCase()}`)
      await expectNoProblems(opened)
    })

    it('goes into folders, turns pages and comes back', async () => {
      const opened = await open('Jonas', size)
      const { page } = opened
      await page.getByRole('button', { name: 'Older' }).click()
      await page.getByText('Page 2 of 3').waitFor()
      await foldersHere(opened).filter({ hasText: 'Projects' }).click()
      await foldersHere(opened).filter({ hasText: 'Harbour Library' }).click()
      await page.getByRole('heading', { name: 'Harbour Library' }).waitFor()
      expect(
        await page.getByRole('navigation', { name: 'Where you are' }).getByRole('listitem').allTextContents(),
      ).toEqual(['All documents', 'Projects', 'Harbour Library'])
      await opened.picture('folder-jonas')
      await readDocument(opened, 'Material samples')
      expect(await buttons(opened)).toEqual(['Edit', 'Share', 'Delete'])
      await opened.picture('document-jonas')
      await page.goBack()
      await page.getByRole('heading', { name: 'Harbour Library' }).waitFor()
      await expectNoProblems(opened)
    })

    it('hides from a reader fields that an editor sees', async () => {
      const [reader, editor] = [await open('Ilse', size), await open('Nadia', size)]
      for (const opened of [reader, editor]) {
        const search = opened.page.getByRole('searchbox')
        await search.fill('year so')
        await search.press('Enter')
        await readDocument(opened, 'Year so far')
      }
      const figures = ({ page }: Visit) => page.getByRole('article').getByRole('definition').allTextContents()
      expect(await figures(reader)).toEqual(['withheld', 'withheld'])
      expect(await buttons(reader)).toEqual([])
      expect(await figures(editor)).toEqual(['€3,870,000', 'Liquidity is enough for five months.'])
      await reader.picture('withheld-ilse')
      await editor.picture('document-nadia')
      await expectNoProblems(reader, editor)
    })
  })

  it.each(['desktop', 'phone'] as const)('explains a refused action beside its button on a %s', async (size) => {
    const opened = await open('Victor', size, true)
    const { page } = opened
    await documents(opened).first().getByRole('link').click()
    await page.getByRole('article').getByText('You may read this.').waitFor()
    const article = page.getByRole('article')
    await article.locator('.why summary').first().focus()
    await page.keyboard.press('Enter')
    const reason = page.locator('.reason:visible')
    await reason.filter({ hasText: 'Why not:' }).waitFor()
    expect(await reason.textContent()).toMatch(/^Person \d+ may not "edit" Document \d+\./)
    expect(await reason.textContent()).not.toMatch(/Victor|Board|confidential"\)/)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await opened.picture(`why-document-${colorScheme}`)
    }
    await page.keyboard.press('Escape')
    await reason.waitFor({ state: 'hidden' })
    await expectNoProblems(opened)
  })

  it('shares a folder with a team, and takes it back', async () => {
    const owner = await open('Mara')
    await owner.page.goto('/#/folders/16')
    await owner.page.getByRole('heading', { name: 'Board' }).waitFor()
    await owner.page.getByRole('button', { name: 'Share' }).click()
    const dialog = owner.page.getByRole('dialog')
    await dialog.getByLabel('Person or team').selectOption('Finance')
    await dialog.getByRole('button', { name: 'Share' }).click()
    const row = dialog.getByRole('listitem').filter({ hasText: 'Finance' })
    await row.waitFor()
    await owner.picture('share-mara')
    // Lena is in payroll, which is a part of finance.
    const member = await open('Lena')
    await foldersHere(member).filter({ hasText: 'Board' }).waitFor()
    await row.getByRole('button', { name: 'Remove' }).click()
    await row.waitFor({ state: 'detached' })
    await member.page.reload()
    await foldersHere(member).filter({ hasText: 'Finance' }).waitFor()
    expect(await foldersHere(member).filter({ hasText: 'Board' }).count()).toBe(0)
    await expectNoProblems(owner, member)
  })

  it('writes a document by keyboard alone, changes it and deletes it', async () => {
    const opened = await open('Aiko')
    const { page } = opened
    page.on('dialog', (dialog) => dialog.accept())
    await page.goto('/#/folders/7')
    const compose = page.getByRole('button', { name: 'New document' })
    await compose.focus()
    await page.keyboard.press('Enter')
    await page.keyboard.type('<b>Soil</b> samples')
    await page.keyboard.press('Enter')
    const article = page.getByRole('article')
    await article.getByRole('heading', { name: '<b>Soil</b> samples' }).waitFor()
    await article.getByRole('button', { name: 'Edit' }).click()
    await article.getByLabel('Classification').selectOption('confidential')
    await article.getByLabel('Amount in euros').fill('1200')
    await article.getByRole('button', { name: 'Save' }).click()
    await article.getByText('€1,200').waitFor()
    await article.getByRole('button', { name: 'Delete' }).click()
    await documents(opened).filter({ hasText: 'Soil' }).waitFor({ state: 'detached' })
    await expectNoProblems(opened)
  })

  it('denies a forbidden change and names the field', async () => {
    const opened = await open('Lena', 'desktop', true)
    const { page } = opened
    await readDocument(opened, 'Payroll, September')
    await page.getByRole('article').getByRole('button', { name: 'Edit' }).click()
    await page.getByLabel('Classification').selectOption('internal')
    await page.getByRole('button', { name: 'Save' }).click()
    await page
      .getByRole('status')
      .filter({ hasText: '403: You may not do this to the field "classification".' })
      .waitFor()
    await opened.picture('refused-lena')
    expect(opened.problems).toEqual(['403 PATCH /api/documents/26'])
    await opened.close()
  })

  it('answers forged requests by 401, 403 and 404', async () => {
    const { page, close } = await example.visit()
    // The document 7 is the design brief in the folder 4, Jonas's; 33 is the partnership in the folder 16, the board's.
    const forged: readonly [handle: string, method: string, path: string, data: object | undefined, answer: number][] =
      [
        ['', 'GET', '/documents/7', undefined, 401],
        ['nobody', 'GET', '/folders', undefined, 401],
        ['theo', 'GET', '/documents/7', undefined, 404],
        ['jonas', 'GET', '/documents/33', undefined, 404],
        ['jonas', 'GET', '/documents/9999', undefined, 404],
        ['jonas', 'GET', '/folders/16', undefined, 404],
        ['jonas', 'POST', '/folders/16/documents', { title: 'let me in' }, 404],
        ['aiko', 'PATCH', '/documents/7', { title: 'mine' }, 403],
        ['aiko', 'DELETE', '/documents/7', undefined, 403],
        ['aiko', 'POST', '/documents/7/shares', { person: 3, role: 'owner' }, 403],
        ['aiko', 'GET', '/folders/4/shares', undefined, 403],
        ['jonas', 'PATCH', '/documents/7', { title: 'mine', folderId: 16 }, 403],
        ['jonas', 'POST', '/folders/4/documents', { title: 'Forged', authorId: 1 }, 403],
      ]
    for (const [handle, method, path, data, answer] of forged) {
      const headers: Record<string, string> = handle ? { authorization: `Bearer ${handle}` } : {}
      const sent = await page.request.fetch(`/api${path}`, { method, headers, ...(data && { data }) })
      expect([handle, method, path, sent.status()]).toEqual([handle, method, path, answer])
    }
    await close()
  })
})
