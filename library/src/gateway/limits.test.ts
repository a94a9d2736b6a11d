import { describe, expect, it } from 'vitest'
import { defaultGatewayLimits, parseGatewayLimits } from './limits.ts'

describe('the limits of a gateway', () => {
  it('have their defaults where nothing is given', () => {
    expect(parseGatewayLimits({ commandBurst: 5 })).toEqual({ ...defaultGatewayLimits, commandBurst: 5 })
  })

  it('are refused with name, received and expected, all at once [OPS-09]', () => {
    expect(() => parseGatewayLimits({ maxOpenThreads: -1, pingIntervalMs: 0.5 })).toThrow(
      /`maxOpenThreads` is -1: .*>=1.*`pingIntervalMs` is 0\.5: .*int/,
    )
  })
})
