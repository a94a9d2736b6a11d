import { CircleAlert, TriangleAlert } from 'lucide-react'
import { Fragment } from 'react'
import type { LimitReport } from 'toolcrib/operations'
import { Badge } from '../../kit/badge.tsx'
import { Names } from '../parts/names.tsx'
import { formatLimit } from './limit-amount.ts'
import { rankOf, shareOf } from './limit-rank.ts'

const whose = {
  server: '',
  tenant: ', the most of one tenant',
  user: ', the most of one user',
  connection: ', the most of one connection',
  catalogue: ', in the catalogue',
} as const

export function LimitRow({ limit }: { readonly limit: LimitReport }) {
  const { name, bounds, answeredBy, value, min, max, agents, used, refused, sharedWith } = limit
  const rank = rankOf(limit)
  const share = shareOf(limit)
  const isDefault = value === limit.default
  return (
    <li className="grid gap-x-4 gap-y-1.5 px-4 py-3 sm:grid-cols-[minmax(0,1fr)_9rem_13rem]">
      <div className="min-w-0">
        <h3 className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <code className="text-sm font-medium [overflow-wrap:anywhere]">{name}</code>
          {rank === 'refused' && (
            <Badge tone="bad" icon={CircleAlert}>
              refused
            </Badge>
          )}
          {rank === 'near' && (
            <Badge tone="warn" icon={TriangleAlert}>
              near
            </Badge>
          )}
        </h3>
        <p className="mt-0.5 text-sm text-muted-foreground first-letter:uppercase">
          <Names text={bounds} />.
          {answeredBy !== '' && (
            <>
              {' '}
              Beyond it: <Names text={answeredBy} />.
            </>
          )}
        </p>
        {agents.length > 0 && (
          <p className="mt-0.5 text-xs text-muted-foreground">
            {agents.map((own) => (
              <Fragment key={own.agent}>
                Agent <bdi>{own.agent}</bdi>: {formatLimit(name, own.value)}.{' '}
              </Fragment>
            ))}
          </p>
        )}
      </div>
      <div className="text-sm tabular-nums">
        <p className="font-medium">{formatLimit(name, value)}</p>
        <p className="text-xs text-muted-foreground">
          {isDefault ? 'the default' : `set; default ${formatLimit(name, limit.default)}`}
        </p>
        <p className="text-xs text-muted-foreground">
          {max === null ? `from ${formatLimit(name, min)}` : `${formatLimit(name, min)} to ${formatLimit(name, max)}`}
        </p>
      </div>
      <div className="text-sm tabular-nums">
        {used !== null && (
          <>
            <p>
              {formatLimit(name, used.amount)} used{whose[used.of]}
            </p>
            {share !== null && (
              <div aria-hidden="true" className="mt-1 h-1.5 overflow-hidden rounded-full bg-muted">
                <div
                  className={`h-full rounded-full ${rank === 'calm' ? 'bg-primary' : rank === 'near' ? 'bg-warn' : 'bg-bad'}`}
                  style={{ width: `${Math.min(100, share * 100)}%` }}
                />
              </div>
            )}
          </>
        )}
        {refused !== null && (
          <p className={`mt-1 text-xs ${refused > 0 ? 'font-medium text-bad' : 'text-muted-foreground'}`}>
            {refused === 0
              ? 'never reached'
              : `reached ${refused.toLocaleString()} ${refused === 1 ? 'time' : 'times'}`}
            {refused > 0 && sharedWith.length > 0 && `, together with ${sharedWith.join(', ')}`}
          </p>
        )}
      </div>
    </li>
  )
}
