import fc from 'fast-check'
import { expect, it } from 'vitest'
import { foldName } from './names.ts'
import type { Registration, Registry } from './registry.ts'
import { createSamples, type Sample, sample } from './sample.fixture.ts'

/** A scope, and what a plain model says it holds. */
interface Modelled {
  readonly scope: Registry<Sample>
  readonly above: Modelled | undefined
  readonly held: Map<string, Sample>
  isOpen: boolean
}

interface World {
  readonly scopes: Modelled[]
  readonly registrations: { readonly registration: Registration; readonly owner: Modelled; readonly entry: Sample }[]
  disposed: number
  owned: number
}

type Step = (world: World, scope: Modelled) => void

const names = ['a', 'A', 'b', 'b_b', 'bb', 'c', 'd-1', 'd1']

function chainOf(modelled: Modelled): Modelled[] {
  return modelled.above ? [modelled, ...chainOf(modelled.above)] : [modelled]
}

function inSight(world: World, modelled: Modelled): Modelled[] {
  const below = world.scopes.filter((other) => other.isOpen && other !== modelled && chainOf(other).includes(modelled))
  return [...chainOf(modelled), ...below]
}

function clashes(world: World, modelled: Modelled, name: string): boolean {
  return inSight(world, modelled).some(({ held }) =>
    [...held.keys()].some((other) => foldName(other) === foldName(name)),
  )
}

const open: Step = (world, above) => {
  if (!above.isOpen || world.scopes.length > 12) return
  const scope = above.scope.open({ name: `s${world.scopes.length}` })
  scope.onClose(() => {
    world.disposed += 1
  })
  world.owned += 1
  world.scopes.push({ scope, above, held: new Map(), isOpen: true })
}

const close: Step = (world, modelled) => {
  if (!modelled.above) return
  void modelled.scope.close()
  const closing = world.scopes.filter((other) => chainOf(other).includes(modelled))
  for (const other of closing) {
    other.isOpen = false
    other.held.clear()
  }
}

function offer(name: string): Step {
  return (world, modelled) => {
    const entry = sample(name)
    const expected = modelled.isOpen && !clashes(world, modelled, name)
    const [verdict] = modelled.scope.offer([entry])
    expect(verdict?.verdict).toBe(expected ? 'admitted' : 'refused')
    if (expected) modelled.held.set(name, entry)
  }
}

function offerAtomically(first: string, second: string): Step {
  return (world, modelled) => {
    const entries = [sample(first), sample(second)]
    const isFree = !clashes(world, modelled, first) && !clashes(world, modelled, second)
    const expected = modelled.isOpen && isFree && foldName(first) !== foldName(second)
    const verdicts = modelled.scope.offer(entries, { atomic: true })
    expect(verdicts.every(({ verdict }) => verdict === 'admitted')).toBe(expected)
    if (expected) for (const entry of entries) modelled.held.set(entry.name, entry)
  }
}

function add(name: string): Step {
  return (world, modelled) => {
    const entry = sample(name)
    if (!modelled.isOpen || clashes(world, modelled, name)) {
      expect(() => modelled.scope.add(entry)).toThrow()
      return
    }
    world.registrations.push({ registration: modelled.scope.add(entry), owner: modelled, entry })
    modelled.held.set(name, entry)
  }
}

function withdraw(index: number): Step {
  return (world) => {
    const found = world.registrations[index % Math.max(1, world.registrations.length)]
    if (!found) return
    const isHeld = found.owner.held.get(found.entry.name) === found.entry
    expect(found.registration.withdraw()).toBe(isHeld)
    if (isHeld) found.owner.held.delete(found.entry.name)
  }
}

function checkScope(modelled: Modelled): void {
  if (!modelled.isOpen) {
    expect(() => modelled.scope.list()).toThrow()
    return
  }
  const visible = chainOf(modelled).flatMap(({ held }) => [...held.values()])
  const expected = visible.sort((a, b) => (a.name < b.name ? -1 : 1))
  expect(modelled.scope.list()).toEqual(expected)
  expect(names.map((name) => modelled.scope.get(name))).toEqual(
    names.map((name) => expected.find((entry) => entry.name === name)),
  )
  expect(new Set(expected.map(({ name }) => foldName(name))).size).toBe(expected.length)
}

const anyName = fc.constantFrom(...names)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.constant(open),
  fc.constant(open),
  fc.constant(close),
  anyName.map(offer),
  anyName.map(add),
  fc.tuple(anyName, anyName).map(([first, second]) => offerAtomically(first, second)),
  fc.nat(20).map(withdraw),
)

it('keeps names unique in sight, lists equal to a plain model, and counts that return to zero, in any interleaving [REG-01] [REG-08] [REG-14]', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(anyStep, fc.nat(30)), { maxLength: 40 }), async (steps) => {
      const root: Modelled = { scope: createSamples(), above: undefined, held: new Map(), isOpen: true }
      const world: World = { scopes: [root], registrations: [], disposed: 0, owned: 0 }

      for (const [step, at] of steps) {
        step(world, world.scopes[at % world.scopes.length] ?? root)
        for (const modelled of world.scopes) checkScope(modelled)
      }
      const report = await root.scope.close()

      expect([report.failed, report.overdue]).toEqual([[], []])
      expect(world.disposed).toBe(world.owned)
      expect(root.scope.metrics()).toMatchObject({
        entries: 0,
        scopes: { open: 0, leaked: 0, opened: world.scopes.length, closed: world.scopes.length },
        resources: { open: 0, opened: world.owned, closed: world.owned, overdue: 0 },
      })
    }),
    { numRuns: 300 },
  )
})
