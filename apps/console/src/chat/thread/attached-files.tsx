/** What was attached to a message: images as they are, texts as chips; each opens in a tab of its own, where it can run nothing. */
import { FileText, ImageOff } from 'lucide-react'
import { useState } from 'react'
import type { AttachmentPart } from 'toolcrib/protocol'
import { useClient } from '../../connection.tsx'

export function AttachedFiles({ files }: { readonly files: readonly AttachmentPart[] }) {
  if (files.length === 0) return null
  return (
    <ul aria-label="Attached files" className="flex max-w-full flex-wrap justify-end gap-2">
      {files.map((file, index) => (
        // One file may be attached twice.
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a message never change
        <li key={index} className="min-w-0 max-w-full">
          <AttachedFile file={file} />
        </li>
      ))}
    </ul>
  )
}

function AttachedFile({ file: { attachmentId, name, mediaType, bytes } }: { readonly file: AttachmentPart }) {
  const address = useClient().attachmentUrl(attachmentId)
  const [broken, setBroken] = useState(false)
  const isImage = mediaType.startsWith('image/')
  const Icon = isImage ? ImageOff : FileText
  return (
    <a
      href={address}
      target="_blank"
      rel="noreferrer"
      title={`${name}, ${bytes.toLocaleString()} bytes`}
      className="block overflow-hidden rounded-xl border bg-card hover:border-primary"
    >
      {isImage && !broken ? (
        <img
          alt={name}
          src={address}
          loading="lazy"
          onError={() => setBroken(true)}
          className="max-h-56 min-h-12 min-w-12 max-w-72 object-contain"
        />
      ) : (
        <span className="flex items-center gap-2 px-3 py-2 text-sm">
          <Icon aria-hidden="true" className="size-4 shrink-0 text-muted-foreground" />
          <bdi className="max-w-56 truncate">{name}</bdi>
        </span>
      )}
    </a>
  )
}
