/**
 * Files that wait for a message: each is put at the server at once. What the server took is kept with the draft; what it
 * refused stays in sight with the reason, until it is taken away.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import { type AttachmentPart, attachmentNameOf } from 'toolcrib/protocol'
import { useClient, useUser } from '../../connection.tsx'

export type WaitingFile = { readonly key: string; readonly name: string } & (
  | { readonly state: 'uploading' }
  | { readonly state: 'ready'; readonly part: AttachmentPart }
  | { readonly state: 'failed'; readonly problem: string }
)

export interface Attaching {
  readonly files: readonly WaitingFile[]
  readonly ready: readonly AttachmentPart[]
  readonly uploading: boolean
  readonly add: (files: Iterable<File>) => void
  readonly remove: (key: string) => void
  /** Takes away what was sent, and what had failed. */
  readonly sent: (parts: readonly AttachmentPart[]) => void
}

export function useAttaching(threadId: string | undefined): Attaching {
  const client = useClient()
  const storageKey = `toolcrib.attached.${useUser()}.${threadId ?? 'new'}`
  const [files, setFiles] = useState<readonly WaitingFile[]>(() => readReady(storageKey))
  const current = useRef(files)
  const uploads = useRef(new Map<string, AbortController>())
  /** Kept at once: what was sent may not be shown here any more, and would be found in the next new chat. */
  const change = useCallback(
    (next: (now: readonly WaitingFile[]) => readonly WaitingFile[]) => {
      current.current = next(current.current)
      keepReady(storageKey, readyOf(current.current))
      setFiles(current.current)
    },
    [storageKey],
  )

  useEffect(() => {
    const running = uploads.current
    return () => {
      for (const upload of running.values()) upload.abort()
    }
  }, [])

  function settle(key: string, settled: (file: WaitingFile) => WaitingFile) {
    change((now) => now.map((file) => (file.key === key ? settled(file) : file)))
  }

  async function upload(key: string, file: File, name: string) {
    const upload = new AbortController()
    uploads.current.set(key, upload)
    try {
      const part = await client.attach(file, name, { signal: upload.signal })
      settle(key, () => ({ key, name, state: 'ready', part }))
    } catch (error) {
      const problem = error instanceof Error ? error.message : 'It could not be attached; try again'
      settle(key, () => ({ key, name, state: 'failed', problem }))
    } finally {
      uploads.current.delete(key)
    }
  }

  return {
    files,
    ready: readyOf(files),
    uploading: files.some(({ state }) => state === 'uploading'),
    add(added) {
      for (const file of added) {
        const key = crypto.randomUUID()
        const name = attachmentNameOf(file.name)
        change((now) => [...now, { key, name, state: 'uploading' }])
        void upload(key, file, name)
      }
    },
    remove(key) {
      uploads.current.get(key)?.abort()
      const removed = files.find((file) => file.key === key)
      change((now) => now.filter((file) => file.key !== key))
      // Whether or not the server hears of it: what no message names is forgotten there.
      if (removed?.state === 'ready') client.detach(removed.part.attachmentId).catch(() => {})
    },
    sent(parts) {
      const isSent = (file: WaitingFile) => file.state === 'ready' && parts.includes(file.part)
      change((now) => now.filter((file) => file.state !== 'failed' && !isSent(file)))
    },
  }
}

function readyOf(files: readonly WaitingFile[]): readonly AttachmentPart[] {
  return files.flatMap((file) => (file.state === 'ready' ? [file.part] : []))
}

function readReady(storageKey: string): readonly WaitingFile[] {
  const stored = sessionStorage.getItem(storageKey)
  // Written below, in the same tab.
  const parts = stored === null ? [] : (JSON.parse(stored) as readonly AttachmentPart[])
  return parts.map((part) => ({ key: part.attachmentId, name: part.name, state: 'ready', part }))
}

function keepReady(storageKey: string, parts: readonly AttachmentPart[]): void {
  try {
    if (parts.length === 0) sessionStorage.removeItem(storageKey)
    else sessionStorage.setItem(storageKey, JSON.stringify(parts))
  } catch {
    // More than a browser keeps: it stays where it was attached.
  }
}
