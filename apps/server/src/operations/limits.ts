/**
 * The limits of the house as operators are told of them. The law: every limit that is declared is listed, and no count that
 * is not one.
 *
 * @module
 */
import type { Clock } from 'toolcrib/agent'
import type { BudgetReport, LimitReport, LimitsReport } from 'toolcrib/operations'
import { limitTexts } from '../config/limit-texts.ts'
import { type Limits, limitNames, limitRules, runLimitNames } from '../config/limits.ts'
import type { ServerConfig } from '../config.ts'
import type { Metrics } from '../metrics.ts'
import { refusedBy, sharesCountWith } from './limit-refusals.ts'
import { type LimitUseParts, limitUse } from './limit-use.ts'
import type { Sight } from './sight.ts'

export interface LimitsReporter {
  report(sight: Sight): Promise<LimitsReport>
}

export interface LimitsReporterOptions extends LimitUseParts {
  readonly config: Pick<ServerConfig, 'agents' | 'budgets' | 'currency' | 'dataFolder' | 'limits'>
  readonly metrics: Pick<Metrics, 'refusals'>
  readonly clock: Clock
}

export function createLimitsReporter(options: LimitsReporterOptions): LimitsReporter {
  const { config, metrics, clock } = options
  const since = clock.now()

  return {
    async report(sight) {
      const counts = metrics.refusals.read(options)
      const used = await limitUse(options, sight)
      const limits = limitNames.map((name): LimitReport => {
        const { default: byDefault, min, max } = limitRules[name]
        return {
          name,
          ...limitTexts[name],
          min,
          max: finite(max),
          value: finite(config.limits[name]),
          default: finite(byDefault),
          agents: differingAgents(name, config),
          used: used[name] ?? null,
          refused: refusedBy(name, counts),
          sharedWith: sharesCountWith(name),
        }
      })
      const budgets = config.budgets.map((budget): BudgetReport => {
        const { per, window, resource, tool = null, roles = null, max } = budget
        return { per, window, resource, tool, roles, max, refused: metrics.refusals.ofBudget(budget) }
      })
      return { at: clock.now(), since, limits, budgets, currency: config.currency }
    },
  }
}

/** JSON knows no Infinity. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function differingAgents(
  name: keyof Limits,
  { agents, limits }: Pick<ServerConfig, 'agents' | 'limits'>,
): LimitReport['agents'] {
  const ofRun = runLimitNames.find((runLimit) => runLimit === name)
  if (ofRun === undefined) return []
  return agents.flatMap(({ name: agent, limits: own }) => {
    const value = own?.[ofRun]
    return value === undefined || value === limits[ofRun] ? [] : [{ agent, value: finite(value) }]
  })
}
