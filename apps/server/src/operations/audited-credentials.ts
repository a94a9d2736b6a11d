/** Puts on record what did not count as credentials. The law: only the code, never what was shown. @module */
import type { Authentication } from 'toolcrib/gateway'
import type { Credentials } from '../auth/credentials.ts'
import type { Audit } from './audit.ts'

export function auditCredentials(credentials: Credentials, audit: Audit): Credentials {
  function note(checked: Authentication): Authentication {
    // Whoever shows nothing has not tried: every first visit of a page begins like that.
    if (!checked.ok && checked.failure.code !== 'TOKEN_MISSING') {
      audit.tally({ kind: 'access_refused', outcome: checked.failure.code })
    }
    return checked
  }
  return {
    authenticate: async (token) => note(await credentials.authenticate(token)),
    ofRequest: async (headers, options) => note(await credentials.ofRequest(headers, options)),
    ofUpgrade: async (headers) => note(await credentials.ofUpgrade(headers)),
  }
}
