/**
 * What kind of file some bytes are. The law: the bytes decide, and neither a name nor what a sender claims.
 *
 * @module
 */

export type MediaType = 'text/plain' | ImageType
export type ImageType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp'

/**
 * The signature of each format: PNG (W3C PNG, 5.2), JPEG (ITU-T T.81, B.1.1.3: SOI and the next marker), GIF (GIF89a,
 * 17), WebP (RFC 9649, 2.4). Null: any byte.
 */
const signatures: readonly (readonly [ImageType, readonly (number | null)[]])[] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38, 0x37, 0x61]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38, 0x39, 0x61]],
  ['image/webp', [0x52, 0x49, 0x46, 0x46, null, null, null, null, 0x57, 0x45, 0x42, 0x50]],
]

export const imageTypes: readonly ImageType[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

/** Undefined: it is no image that is known here. What is markup, such as SVG and HTML, is text and nothing else. */
export function imageTypeOf(data: Uint8Array): ImageType | undefined {
  return signatures.find(([, signature]) => signature.every((byte, at) => byte === null || data[at] === byte))?.[0]
}

/** UTF-8 without control characters but white space; undefined for everything else, and for nothing at all. */
export function textOfFile(data: Uint8Array): string | undefined {
  if (data.length === 0) return undefined
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(data)
    return /(?!\s)\p{Cc}/u.test(text) ? undefined : text
  } catch {
    return undefined
  }
}
