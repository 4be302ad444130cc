import { expect, test } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import { areSeparate } from './classes.js'
import type { Class, Model } from './model.js'
import { Schema } from './schema.js'

class Animal {}
class Cat extends Animal {}
class Kitten extends Cat {}

function model(name: string, cls: Class | undefined, key?: readonly string[]): Model {
  return { name, class: cls, fields: new Map(), key, closed: false, isaCheck: undefined }
}

function schemaOf(classes: Readonly<Record<string, Class | undefined>>): Schema {
  const schema = new Schema()
  for (const [name, cls] of Object.entries(classes)) schema.registerModel(model(name, cls))
  return schema
}

test('a model extends the registered classes of its prototype chain, under any name', () => {
  const schema = schemaOf({ Kitten, Animal, Creature: Animal, Row: undefined })
  expect(schema.ancestors('Kitten')).toEqual(['Kitten', 'Animal', 'Creature'])
  expect(schema.ancestors('Creature')).toEqual(['Creature', 'Animal'])
  expect(schema.ancestors('Row')).toEqual(['Row'])
  expect(schema.ancestors('Cat')).toEqual([])
  expect(schema.descendants('Animal')).toEqual(['Animal', 'Kitten'])
  expect(schema.descendants('Creature')).toEqual(['Creature', 'Kitten'])
  expect(schema.descendants('Cat')).toEqual(['Cat'])
})

test('a class that is registered later counts as well', () => {
  const schema = schemaOf({ Kitten, Animal })
  expect(schema.descendants('Animal')).toEqual(['Animal', 'Kitten'])
  schema.registerModel(model('Cat', Cat))
  expect(schema.ancestors('Kitten')).toEqual(['Kitten', 'Cat', 'Animal'])
  expect(schema.descendants('Animal')).toEqual(['Animal', 'Kitten', 'Cat'])
})

test('a model that is registered again stays one model', () => {
  const schema = schemaOf({ Cat, Animal })
  schema.registerModel(model('Cat', Cat, ['id']))
  expect(schema.ancestors('Cat')).toEqual(['Cat', 'Animal'])
  expect(schema.key('Cat')).toEqual(['id'])
})

test('the name of a model without a class is a value, not a variable', () => {
  const schema = schemaOf({ Row: undefined, Column: undefined })
  const row = schema.constants.get('Row')
  expect(row).toBeDefined()
  expect(row).not.toBe(schema.constants.get('Column'))
  schema.registerModel(model('Row', undefined, ['id']))
  expect(schema.constants.get('Row')).toBe(row)

  const authorizer = new Authorizer().registerModels([model('Row', undefined)])
  authorizer.loadSync('allow(_, "read", row: Row) if row = Row;')
  expect(authorizer.can(null, 'read', authorizer.as('Row', { id: 1 }))).toBe(false)
})

test('classes are separate if no value can be an instance of two of them', () => {
  class Folder {}
  class Project {}
  class Site extends Project {}
  function Shelf(): void {}
  Object.setPrototypeOf(Shelf.prototype, Folder.prototype)
  class Anything {}
  Object.defineProperty(Anything, Symbol.hasInstance, { value: () => true })
  // Sound: functions like this one were classes before there was a syntax for them.
  const schema = schemaOf({ Folder, Project, Site, Shelf: Shelf as unknown as Class, Anything, Twin: Folder })
  expect(areSeparate(schema, ['Folder', 'Project'])).toBe(true)
  expect(areSeparate(schema, ['Folder', 'Site'])).toBe(true)
  for (const other of ['Folder', 'Twin', 'Shelf', 'Anything', 'Unknown']) {
    expect(areSeparate(schema, ['Folder', 'Project', other])).toBe(false)
    expect(areSeparate(schema, [other, 'Folder'])).toBe(false)
  }
  expect(areSeparate(schema, ['Folder', 'Project', 'Site'])).toBe(false)
})
