/** Text of others, as it is to be shown: what would turn the reading direction of the words around it is written out instead. */

/** Overrides, embeddings and isolates of the reading direction, and control characters that leave no mark. */
const steering = /[\u202a-\u202e\u2066-\u2069]|(?![\t\n\r])\p{Cc}/gu
/** No script needs so many on one letter; a browser takes the square of their number, and draws them over the lines above. */
const heaped = /(\p{M}{16})(\p{M}+)/gu

export function plainText(text: string): string {
  return text
    .replace(steering, (character) => `⟨U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`)
    .replace(heaped, (_, kept: string, more: string) => `${kept}⟨${more.match(/\p{M}/gu)?.length} more marks⟩`)
}
