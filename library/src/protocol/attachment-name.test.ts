import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { attachmentNameOf, faultOfAttachmentName, MAX_ATTACHMENT_NAME_CHARS } from './attachment-name.ts'

it('makes of any file’s name one that is taken, and leaves one alone that is', () => {
  const nasty = fc.constantFrom(
    '/',
    '\\',
    '.',
    '\u202e',
    '\u0000',
    '\ud83d',
    '👩‍🚀',
    ' ',
    '\u2028',
    'é',
    'x'.repeat(150),
  )
  const names = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(nasty, { maxLength: 12 }).map((parts) => parts.join('')),
  )

  fc.assert(
    fc.property(names, (fileName) => {
      const name = attachmentNameOf(fileName)
      expect(faultOfAttachmentName(name)).toBeUndefined()
      expect(attachmentNameOf(name)).toBe(name)
    }),
  )
})

it('keeps what a person would know the file by', () => {
  expect(attachmentNameOf('C:\\Users\\ann\\My report.pdf')).toBe('My report.pdf')
  expect(attachmentNameOf('/tmp/x\u202egnp.exe')).toBe('xgnp.exe')
  expect(attachmentNameOf('..')).toBe('file')
  expect(attachmentNameOf(`${'x'.repeat(MAX_ATTACHMENT_NAME_CHARS)}.txt`)).toBe(`${'x'.repeat(196)}.txt`)
})
