import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromStoredText, toStoredText } from './stored-text.ts'

describe('stored text', () => {
  it('comes back as it was, whatever its code units, and is always well-formed', () => {
    const anything = fc.string({
      unit: fc.oneof(
        fc.nat(0xffff).map((unit) => String.fromCharCode(unit)),
        fc.constant('\ufdd0'),
      ),
    })

    fc.assert(
      fc.property(anything, (text) => {
        expect(toStoredText(text).isWellFormed()).toBe(true)
        expect(fromStoredText(toStoredText(text))).toBe(text)
      }),
    )
  })

  it('keeps lone surrogates and the escape apart from text that looks like them', () => {
    const texts = ['\ud800', '\ud801', '\ufdd0', '\ufdd0d800', '\ufdd0fdd0', 'd800']

    expect(new Set(texts.map(toStoredText)).size).toBe(texts.length)
  })
})
