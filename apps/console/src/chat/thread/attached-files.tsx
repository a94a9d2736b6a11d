/** What was attached to a message: images as they are, texts as chips; each opens in a tab of its own, where it can run nothing. */

import { FileText, ImageOff, X } from 'lucide-react'
import { useState } from 'react'
import type { AttachmentPart } from 'toolcrib/protocol'
import { useClient } from 'toolcrib/react'
import { IconButton } from '../../kit/icon-button.tsx'
import { AttachedPicture } from './attached-picture.tsx'

export interface AttachedFilesProps {
  readonly files: readonly AttachmentPart[]
  /** Takes one away, by its place among them. Absent: they stay. */
  readonly onRemove?: ((index: number) => void) | undefined
}

export function AttachedFiles({ files, onRemove }: AttachedFilesProps) {
  if (files.length === 0) return null
  return (
    <ul aria-label="Attached files" className="flex max-w-full flex-wrap justify-end gap-2">
      {files.map((file, index) => (
        // One file may be attached twice.
        // biome-ignore lint/suspicious/noArrayIndexKey: files only go, and each is what its id says
        <li key={`${file.attachmentId} ${index}`} className="relative min-w-0 max-w-full">
          <AttachedFile file={file} removable={onRemove !== undefined} />
          {onRemove !== undefined && (
            <IconButton
              label={`Remove ${file.name}`}
              icon={X}
              onClick={() => onRemove(index)}
              className="absolute! end-1 top-1 size-7! rounded-full! border bg-popover shadow-popup"
            />
          )}
        </li>
      ))}
    </ul>
  )
}

interface AttachedFileProps {
  readonly file: AttachmentPart
  /** A button lies over its end. */
  readonly removable: boolean
}

function AttachedFile({ file: { attachmentId, name, mediaType, bytes }, removable }: AttachedFileProps) {
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
        <AttachedPicture
          alt={name}
          src={address}
          onBroken={() => setBroken(true)}
          className="max-h-56 min-h-12 min-w-12 max-w-72 object-contain"
        />
      ) : (
        <span className={`flex items-center gap-2 py-2 ps-3 text-sm ${removable ? 'pe-10' : 'pe-3'}`}>
          <Icon aria-hidden="true" className="size-4 shrink-0 text-muted-foreground" />
          <bdi className="max-w-56 truncate">{name}</bdi>
        </span>
      )}
    </a>
  )
}
