import { describe, expect, it } from 'vitest'
import { plainWords } from './tool-words.tsx'

describe('what a tool says of itself', () => {
  it('is shown with what cannot be seen written out, and does not push the question away [L11] [WEB-01]', () => {
    expect(plainWords('Reads "a\\b".\nTwice.')).toBe('Reads "a\\b".\nTwice.')
    expect(plainWords('\u202Eevil\u202C')).toBe('\\u202eevil\\u202c')
    expect(plainWords('\n\none\n\n\n\n\r\n\ntwo\n')).toBe('one\n\ntwo')
  })
})
