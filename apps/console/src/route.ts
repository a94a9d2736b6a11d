/** The open thread, and the branch of it, are in the address: a reload, a bookmark and the back button find them. */
import { useNavigate, useParams } from '@tanstack/react-router'
import { useCallback } from 'react'

export function useThreadRoute(): string | undefined {
  return useParams({ strict: false }).threadId
}

/** The message whose branch is shown; undefined: the newest one. */
export function useBranchRoute(): string | undefined {
  return useParams({ strict: false }).messageId
}

/** Undefined: a new one. */
export function useGoToThread(): (threadId: string | undefined) => void {
  const navigate = useNavigate()
  return useCallback(
    (threadId) => {
      if (threadId === undefined) void navigate({ to: '/' })
      else void navigate({ to: '/thread/$threadId/{-$messageId}', params: { threadId, messageId: undefined } })
    },
    [navigate],
  )
}

/** In place of what was shown: the back button leaves the thread. */
export function useShowBranch(threadId: string): (messageId: string | undefined) => void {
  const navigate = useNavigate()
  return useCallback(
    (messageId) =>
      void navigate({ to: '/thread/$threadId/{-$messageId}', params: { threadId, messageId }, replace: true }),
    [navigate, threadId],
  )
}
