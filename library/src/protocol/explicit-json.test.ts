import fc from 'fast-check'
import { expect, it } from 'vitest'
import { explicitJson } from './explicit-json.ts'
import type { JsonValue } from './vocabulary.ts'

it('shows what is invisible, turns the reading direction, steers a terminal, or only looks like a space [RUN-08]', () => {
  const hostile = {
    c1: '\u009b]rm;-rf;/home\u009c',
    turned: '\u202egnp.exe',
    zero: 'a\u200bb\u00adc',
    tagged: `x${String.fromCodePoint(0xe0041)}`,
    spaced: 'a b\u00a0c',
    lines: 'one\ntwo\u2028three',
    plain: 'Zwölf 十二 😀',
  }

  expect(explicitJson(hostile)).toBe(
    '{"c1":"\\u009b]rm;-rf;/home\\u009c","turned":"\\u202egnp.exe","zero":"a\\u200bb\\u00adc",' +
      '"tagged":"x\\udb40\\udc41","spaced":"a b\\u00a0c","lines":"one\\ntwo\\u2028three","plain":"Zwölf 十二 😀"}',
  )
})

it('is the same value still, whatever is in it, in one line or many [RUN-08]', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(0, 2), (value, indent) => {
      const shown = explicitJson(value as JsonValue, { indent })

      expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(value)))
      expect(shown).not.toMatch(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/u)
    }),
  )
})
