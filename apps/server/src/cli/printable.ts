/**
 * Text of models, tools and servers, as a terminal may have it. The law: it can be read, and steers nothing: no escape
 * sequences, no control characters but line ends and tabs, and nothing that makes text read in another order than it stands.
 *
 * @module
 */
import { stripVTControlCharacters } from 'node:util'

export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/(?![\t\n])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, '')
}
