/** Carries out a fault. The law: when it is over the server serves, and the disk takes what is written. @module */
import { setTimeout as delay } from 'node:timers/promises'
import type { Disk } from './disk.ts'
import type { Person } from './person.ts'
import type { Fault } from './plan.ts'
import type { ServerProcess } from './server-process.ts'

export interface FaultTargets {
  readonly server: ServerProcess
  readonly disk: Disk
  readonly people: readonly Person[]
}

/** As the server promises: a lease, and what it takes to notice that it has run out. */
const leaseMs = 2_000
/** More than draining, the grace of the calls, writing the ends and hanging up may take together. */
export const leavePatienceMs = 20_000

/** Resolves with what went wrong that should not have. */
export async function carryOut(fault: Fault, { server, disk, people }: FaultTargets): Promise<string | undefined> {
  const { kind, lengthMs } = fault
  switch (kind) {
    case 'kill':
      await server.kill()
      await delay(lengthMs)
      await server.start()
      return undefined
    case 'crash_loop': {
      await server.kill()
      const dying = server.start().catch(() => {})
      await delay(lengthMs / 2)
      await server.kill()
      await dying
      await server.start()
      return undefined
    }
    case 'freeze':
      await server.freeze(leaseMs + lengthMs / 2)
      return undefined
    case 'deploy': {
      const code = await server.leave(leavePatienceMs)
      await server.start()
      return code === 0 ? undefined : `the server was asked to leave, and ended with exit code ${code}`
    }
    case 'hasty_deploy':
      await server.leave(lengthMs / 3)
      await server.start()
      return undefined
    case 'cut':
      for (const person of people) person.cut()
      return undefined
    case 'full_disk':
      await disk.full(() => delay(lengthMs))
      return undefined
    case 'full_disk_kill':
      await disk.full(async () => {
        await delay(lengthMs)
        await server.kill()
      })
      await server.start()
      return undefined
    case 'slow_disk':
      await disk.slow(lengthMs)
      return undefined
    default:
      return kind satisfies never
  }
}
