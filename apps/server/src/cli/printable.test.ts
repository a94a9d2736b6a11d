import { expect, it } from 'vitest'
import { printable } from './printable.ts'

it('leaves text as it is, in any script, and takes out whatever steers a terminal', () => {
  expect(printable('Zwölf: 十二, اثنا عشر 👩‍👩‍👧\n\tdone')).toBe('Zwölf: 十二, اثنا عشر 👩‍👩‍👧\n\tdone')
  expect(printable('\u001b]0;title\u0007\u001b[2Jclear\u009b31mred\rover\b\u007f')).toBe('clearredover')
  expect(printable('delete \u202egnp.exe\u202c \u2066x\u2069')).toBe('delete gnp.exe x')
})
