/** The keys whose values are taken for secrets wherever they stand. The law: one list, for events, logs and models. @module */

/** What a replaced value reads. */
export const redacted = '[redacted]'

/**
 * Compared after lower-casing and removing all but letters and digits, at the end of the key: `X-Api-Key` is `apikey`.
 * Numbered ones, lists of them and what is made of them count too: `password2`, `apiKeys`, `passwordHash`.
 */
const secretEndings =
  /(?:(?:password|passwd|passphrase|passcode|secret|(?:secret|api|private|access|signing|encryption|master|ssh|pgp|gpg|account|shared|license)key|credential|(?:access|refresh|auth|api|bearer|session)token|cardnumber|(?:recovery|backup)code)s?|token|authorization|cookies?|(?:db|database|admin|root|smtp|ftp)pass|pwd|connectionstring|seedphrase|mnemonic|securityanswer|authheader)(?:confirmation|confirm|hash|value|header|pem|base)?\d*$/

/** Too short or too common to be looked for at the end of other words. */
const secretWords: ReadonlySet<string> = new Set([
  'pass',
  'pin',
  'otp',
  'cvv',
  'cvc',
  'jwt',
  'auth',
  'bearer',
  'sessionid',
  'ssn',
  'creditcard',
  'totp',
])

/** Tokens that open nothing: places in a list, and parts of a text. */
const harmless = /(?:page|pagination|continuation|sync|cursor|next|previous|stop|max|min)token$/

/** Whether a value under this key is a secret by what its key says. */
export function isSecretKey(key: string): boolean {
  if (key.length > 128) return secretEndings.test(fold(key.slice(-128)))
  const folded = fold(key)
  return secretWords.has(folded) || (secretEndings.test(folded) && !harmless.test(folded))
}

/** Whether a text that is no JSON, such as a model's broken arguments, names such a key. */
export function mentionsSecretKey(text: string): boolean {
  for (const [word] of text.matchAll(/[A-Za-z][A-Za-z0-9_-]{1,127}/g)) if (isSecretKey(word)) return true
  return false
}

function fold(key: string): string {
  return key
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
}
