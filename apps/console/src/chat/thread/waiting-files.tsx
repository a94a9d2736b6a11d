/** The files that go with the next message, above where it is written. */

import { FileText, LoaderCircle, TriangleAlert, X } from 'lucide-react'
import { useClient } from 'toolcrib/react'
import { IconButton } from '../../kit/icon-button.tsx'
import { AttachedPicture } from './attached-picture.tsx'
import type { WaitingFile } from './use-attaching.ts'

export interface WaitingFilesProps {
  readonly files: readonly WaitingFile[]
  readonly onRemove: (key: string) => void
}

export function WaitingFiles({ files, onRemove }: WaitingFilesProps) {
  if (files.length === 0) return null
  const uploading = files.filter(({ state }) => state === 'uploading').length
  return (
    <>
      {files.length > FEW && (
        <p className="mb-1.5 flex items-baseline gap-3 px-1 text-xs text-muted-foreground">
          <span role="status" className="tabular-nums">
            {files.length} files{uploading > 0 && `, ${uploading} on their way`}
          </span>
          <button
            type="button"
            className="rounded text-primary underline"
            onClick={() => {
              for (const { key } of files) onRemove(key)
            }}
          >
            Remove all
          </button>
        </p>
      )}
      <ul aria-label="Attached files" className="mb-2 flex max-h-44 flex-wrap gap-2 overflow-y-auto px-1">
        {files.map((file) => (
          <li
            key={file.key}
            data-attachment={file.state}
            className={`flex min-w-0 max-w-full items-center gap-2 rounded-xl border p-1 pl-1.5 text-sm ${file.state === 'failed' ? 'border-bad/40 bg-bad/10' : 'bg-muted'}`}
          >
            <Picture file={file} />
            <span className="min-w-0">
              <bdi className="block max-w-56 truncate" title={file.name}>
                {file.name}
              </bdi>
              {file.state === 'uploading' && (
                <span role="status" className="block text-xs text-muted-foreground">
                  On its way…
                </span>
              )}
              {file.state === 'failed' && (
                <span role="alert" className="block max-w-80 text-xs text-bad">
                  {file.problem}
                </span>
              )}
            </span>
            <IconButton label={`Remove ${file.name}`} icon={X} onClick={() => onRemove(file.key)} className="size-6!" />
          </li>
        ))}
      </ul>
    </>
  )
}

/** So many are counted at a glance. */
const FEW = 4

function Picture({ file }: { readonly file: WaitingFile }) {
  const client = useClient()
  if (file.state === 'uploading') return <LoaderCircle aria-hidden="true" className="size-5 shrink-0 animate-spin" />
  if (file.state === 'failed') return <TriangleAlert aria-hidden="true" className="size-5 shrink-0 text-bad" />
  return file.part.mediaType.startsWith('image/') ? (
    <AttachedPicture
      alt=""
      src={client.attachmentUrl(file.part.attachmentId)}
      className="size-10 shrink-0 rounded-lg object-cover"
    />
  ) : (
    <FileText aria-hidden="true" className="size-5 shrink-0 text-muted-foreground" />
  )
}
