/**
 * Files on their way in. The law: what waits in memory for the rest of an upload is bounded, for each user and for all.
 *
 * @module
 */
import type { Owner } from 'toolcrib/protocol'
import { ServerError } from '../errors.ts'

export interface Uploads {
  /** Bytes that are on their way in. */
  readonly bytes: number
  /**
   * Room for a body of so many bytes, until disposal.
   *
   * @throws {@link ServerError} `UPLOADS_LIMIT`.
   */
  begin(owner: Owner, bytes: number): Disposable
}

export function createUploads(limits: {
  readonly maxUploadsPerUser: number
  readonly maxUploadingBytes: number
}): Uploads {
  const byOwner = new Map<string, number>()
  let all = 0
  let uploading = 0

  return {
    get bytes() {
      return uploading
    },
    begin({ tenant, user }, bytes) {
      const key = JSON.stringify([tenant, user])
      const mine = byOwner.get(key) ?? 0
      const { maxUploadsPerUser, maxUploadingBytes } = limits
      if (mine >= maxUploadsPerUser) throw new ServerError('UPLOADS_LIMIT', { of: 'user', max: maxUploadsPerUser })
      // One is let in whatever its size, or a small limit would keep it out for ever.
      if (all > 0 && uploading + bytes > maxUploadingBytes) {
        throw new ServerError('UPLOADS_LIMIT', { of: 'server', max: maxUploadingBytes })
      }
      byOwner.set(key, mine + 1)
      all += 1
      uploading += bytes
      let over = false
      return {
        [Symbol.dispose]() {
          if (over) return
          over = true
          all -= 1
          uploading -= bytes
          const left = (byOwner.get(key) ?? 1) - 1
          if (left === 0) byOwner.delete(key)
          else byOwner.set(key, left)
        },
      }
    },
  }
}
