import { describe, expect, it } from 'vitest'
import { tag, tagOf } from './tags.js'

describe('a row that is tagged', () => {
  it.each([
    ['of a query', () => ({ id: 1 })],
    ['that is frozen', () => Object.freeze({ id: 1 })],
    ['without a prototype', () => Object.create(null) as object],
    ['behind a proxy', () => new Proxy({ id: 1 }, {})],
  ])('is identified by its last tag: %s', (_, make) => {
    const row = make()
    expect(tagOf(row)).toBeUndefined()
    tag(row, 'Document')
    expect(tagOf(row)).toBe('Document')
    tag(row, 'Folder')
    expect(tagOf(row)).toBe('Folder')
  })

  it('keeps its tag when it is frozen later', () => {
    const row = { id: 1 }
    tag(row, 'Document')
    Object.freeze(row)
    expect(tagOf(row)).toBe('Document')
    tag(row, 'Folder')
    expect(tagOf(row)).toBe('Folder')
  })

  it('looks unchanged to other code', () => {
    const row = { id: 1 }
    tag(row, 'Document')
    expect(Reflect.ownKeys(row)).toEqual(['id'])
    expect(row).toStrictEqual({ id: 1 })
    expect(structuredClone(row)).toStrictEqual({ id: 1 })
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
  })

  it('does not pass its tag to copies or heirs', () => {
    const row = { id: 1 }
    tag(row, 'Document')
    expect(tagOf({ ...row })).toBeUndefined()
    expect(tagOf(structuredClone(row))).toBeUndefined()
    expect(tagOf(Object.create(row))).toBeUndefined()
    expect(tagOf(new Proxy(row, {}))).toBeUndefined()
  })
})
