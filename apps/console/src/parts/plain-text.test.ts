import { describe, expect, it } from 'vitest'
import { plainText } from './plain-text.ts'

describe('a text of others', () => {
  it('has what turns the reading direction, and what leaves no mark, written out [WEB-01]', () => {
    expect(plainText('a \u202egnp.exe\u202c \u2066b\u2069 \u0000\u001b[2J \u0085')).toBe(
      'a ⟨U+202E⟩gnp.exe⟨U+202C⟩ ⟨U+2066⟩b⟨U+2069⟩ ⟨U+0000⟩⟨U+001B⟩[2J ⟨U+0085⟩',
    )
  })

  it('has no more marks on a letter than any script needs [WEB-01]', () => {
    expect(plainText(`Z${'\u0301'.repeat(100_000)}!`)).toBe(`Z${'\u0301'.repeat(16)}⟨99984 more marks⟩!`)
  })

  it('is left alone in every script, with emoji, tabs and lines [WEB-01]', () => {
    const text = 'a\tb\r\nc é n\u0303 สวัสดีครับ नमस्ते שָׁלוֹם عَرَبِيّ ཨོཾ 👩‍👩‍👧‍👦 ❤️ \u200f \u200e'

    expect(plainText(text)).toBe(text)
  })
})
