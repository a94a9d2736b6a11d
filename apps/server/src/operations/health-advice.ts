/** What each check of the health is about, and what can be done when it fails. The law: no check without a word of what to do. @module */
import type { ComponentReport } from 'toolcrib/operations'
import type { HealthDetails } from '../health.ts'

type Advice = Pick<ComponentReport, 'about' | 'advice' | 'section'>

export const healthAdvice: { readonly [C in keyof HealthDetails['components']]: Advice } = {
  store: {
    about: 'Whether the database takes what is written, and answers in time.',
    advice:
      'Free some space, or mend the disk: it is healthy after the next write that succeeds. A damaged database is restored from a copy.',
    section: 'The data folder',
  },
  registry: {
    about: 'Whether every scope was closed that should be, and every tool was given back.',
    advice:
      'Look under Scopes for the one that leaked or would not close, and mend what opened it. A restart clears it.',
    section: 'Health',
  },
  model: {
    about: 'Whether the last run was answered by its model.',
    advice:
      'Read the code of the reason: the key, the address, or the load of the provider. It is healthy after the next run that completes.',
    section: 'Health',
  },
  eventLoop: {
    about: 'Whether the process comes to its work in time.',
    advice:
      'Something computes for too long at once: a tool in this process, or too many runs. Look under Now for what rose with it.',
    section: 'Metrics',
  },
  strayFaults: {
    about: 'Whether anything failed that nobody waited for.',
    advice: 'The log has the fault. Mend the tool that threw it, then restart when it suits.',
    section: 'Start and stop',
  },
  audit: {
    about: 'Whether everything that belongs on record was written.',
    advice: 'What could not be written is in the log. Mend the store first; the record goes on by itself.',
    section: 'Health',
  },
}
