/**
 * Files that wait for a message: a few at a time are put at the server. What the server took is kept with the draft; what it
 * refused stays in sight with the reason, until it is taken away.
 */

import { useCallback, useEffect, useRef, useState } from 'react'
import { type AttachmentPart, attachmentNameOf } from 'toolcrib/protocol'
import { useClient } from 'toolcrib/react'
import { useUser } from '../../session/signed-in.ts'

export type WaitingFile = { readonly key: string; readonly name: string } & (
  | { readonly state: 'uploading' }
  | { readonly state: 'ready'; readonly part: AttachmentPart }
  | { readonly state: 'failed'; readonly problem: string }
)

/** Fewer than a server lets one person have on the way by default, so that another tab can attach as well. */
const MAX_AT_ONCE = 3
const MAX_ATTEMPTS = 5
const PAUSE_MS = 1_000

/** The server has no room just now. */
const refusedForNow: ReadonlySet<unknown> = new Set(['RATE_LIMITED', 'UPLOADS_LIMIT'])

interface Upload {
  readonly key: string
  readonly file: File
  readonly name: string
  readonly controller: AbortController
}

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
  /** All that are not over, and of them those that have not begun. */
  const uploads = useRef(new Map<string, Upload>())
  const queue = useRef<Upload[]>([])
  const atWork = useRef(0)
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
      for (const { controller } of running.values()) controller.abort()
    }
  }, [])

  function settle(key: string, settled: (file: WaitingFile) => WaitingFile) {
    change((now) => now.map((file) => (file.key === key ? settled(file) : file)))
  }

  async function work() {
    if (atWork.current >= MAX_AT_ONCE) return
    atWork.current++
    for (let next = queue.current.shift(); next !== undefined; next = queue.current.shift()) await upload(next)
    atWork.current--
  }

  async function upload({ key, file, name, controller: { signal } }: Upload) {
    try {
      const part = await patiently(() => client.attach(file, name, { signal }), signal)
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
        const upload = { key, file, name, controller: new AbortController() }
        uploads.current.set(key, upload)
        queue.current.push(upload)
        void work()
      }
    },
    remove(key) {
      uploads.current.get(key)?.controller.abort()
      const removed = current.current.find((file) => file.key === key)
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

/** Again after a while, as long as it is refused for now only. */
async function patiently<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    signal.throwIfAborted()
    try {
      return await attempt()
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (attempts === MAX_ATTEMPTS || !refusedForNow.has(code)) throw error
    }
    await pause(attempts * PAUSE_MS, signal)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  const over = () => {
    clearTimeout(timer)
    resolve()
  }
  signal.addEventListener('abort', over, { once: true })
  return promise.finally(() => signal.removeEventListener('abort', over))
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
