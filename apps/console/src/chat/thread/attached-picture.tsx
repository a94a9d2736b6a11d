/** A picture at the server. Of very many at once it may refuse some for now: one that did not come is asked for again. */
import { useEffect, useState } from 'react'

const MAX_FAILURES = 3
const PAUSE_MS = 1_200

export interface AttachedPictureProps {
  readonly src: string
  readonly alt: string
  readonly className: string
  readonly onBroken?: () => void
}

export function AttachedPicture({ src, alt, className, onBroken }: AttachedPictureProps) {
  const [failures, setFailures] = useState(0)
  /** With it the picture is asked for again. */
  const [attempt, setAttempt] = useState(0)
  const waits = failures !== attempt

  useEffect(() => {
    if (!waits) return
    const timer = setTimeout(() => setAttempt(failures), failures * PAUSE_MS)
    return () => clearTimeout(timer)
  }, [waits, failures])

  return (
    <img
      key={attempt}
      alt={alt}
      src={src}
      loading="lazy"
      onError={() => (failures < MAX_FAILURES ? setFailures(failures + 1) : onBroken?.())}
      className={`${className} ${waits ? 'invisible' : ''}`}
    />
  )
}
