/** Revocations in the database. The law: they are read in the order in which they were made. @module */
import type { NewRevocation, Revocation } from '../../../agent/ports.ts'
import type { ReadCommands, WriteCommands } from './commands.ts'

type RevocationRow = Omit<Revocation, 'tokenId'> & { readonly token_id: string | null }

export const revocationWrites: Pick<WriteCommands, 'addRevocation'> = {
  addRevocation(db, { tenant, user, tokenId, at, until }: NewRevocation) {
    db.run('DELETE FROM revocations WHERE until <= ?', at)
    db.run('DELETE FROM revocations WHERE tenant = ? AND user IS ? AND token_id IS ?', tenant, user, tokenId)
    db.run(
      'INSERT INTO revocations (tenant, user, token_id, at, until) VALUES (?, ?, ?, ?, ?)',
      tenant,
      user,
      tokenId,
      at,
      until,
    )
    return null
  },
}

export const revocationReads: Pick<ReadCommands, 'listRevocations'> = {
  listRevocations(db, after, limit) {
    return db
      .all<RevocationRow>(
        'SELECT number, tenant, user, token_id, at, until FROM revocations WHERE number > ? ORDER BY number LIMIT ?',
        after,
        limit,
      )
      .map(({ token_id: tokenId, ...row }) => ({ ...row, tokenId }))
  },
}
