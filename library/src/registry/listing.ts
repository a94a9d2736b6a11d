/**
 * What can be seen from a scope, in order. The law: a scope that adds nothing lists its parent's very array; a list
 * stays the same array until something it shows changes. @module
 */

import type { Entry, Filter } from './entry.ts'
import type { ScopeNode } from './node.ts'
import { makeHeld } from './offering.ts'
import { findHeld } from './shelf.ts'

const maxFilteredLists = 64
const nothing: readonly never[] = Object.freeze([])

export function getEntry<T extends Entry>(node: ScopeNode<T>, name: string): T | undefined {
  const held = findHeld(node, name)
  const entry = held?.entry ?? (held && makeHeld(held))
  if (entry) node.tree.ledger.hits += 1
  else node.tree.ledger.misses += 1
  return entry
}

export function listEntries<T extends Entry>(node: ScopeNode<T>): readonly T[] {
  const above = node.above ? listEntries(node.above) : nothing
  const shelf = node.shelf
  if (!shelf || shelf.byName.size === 0) return above
  // The list above is its own version: as long as it is the same array, nothing above has changed.
  if (shelf.listed?.above === above) return shelf.listed.list
  const unmade = shelf.byName.values().find((held) => !held.entry && held.making === 'idle')
  if (unmade) {
    // A factory is foreign code and may have changed the tree: look again. It is not idle twice.
    makeHeld(unmade)
    return listEntries(node)
  }
  const own: T[] = []
  for (const { entry } of shelf.byName.values()) if (entry) own.push(entry)
  const list = own.length === 0 ? above : Object.freeze(merge(above, own.sort(byName)))
  shelf.listed = { above, list }
  return list
}

export function listFiltered<T extends Entry>(node: ScopeNode<T>, filter: Filter<T>): readonly T[] {
  const all = listEntries(node)
  const key = filterKey(filter)
  if (key === '') return filter.where ? all.filter(filter.where) : all
  if (filter.where) return all.filter((entry) => matches(entry, filter) && filter.where?.(entry))
  const { filtered } = node.tree
  let lists = filtered.get(all)
  if (!lists) {
    lists = new Map()
    filtered.set(all, lists)
  }
  let list = lists.get(key)
  if (!list) {
    if (lists.size >= maxFilteredLists) lists.clear()
    list = Object.freeze(all.filter((entry) => matches(entry, filter)))
    lists.set(key, list)
  }
  return list
}

function filterKey<T extends Entry>({ category, tags, names }: Filter<T>): string {
  if (category === undefined && tags === undefined && names === undefined) return ''
  return JSON.stringify([category ?? null, tags ?? null, names ?? null])
}

function matches<T extends Entry>(entry: T, { category, tags, names }: Filter<T>): boolean {
  if (category !== undefined) {
    if (entry.category === undefined) return false
    if (typeof category === 'string' ? entry.category !== category : !category.includes(entry.category)) return false
  }
  if (names && !names.includes(entry.name)) return false
  return tags?.every((tag) => entry.tags?.includes(tag)) ?? true
}

/** Joins two ordered lists. */
function merge<T extends Entry>(above: readonly T[], own: readonly T[]): T[] {
  const list: T[] = []
  let index = 0
  for (const entry of own) {
    for (let seen = above[index]; seen && byName(seen, entry) < 0; seen = above[index]) {
      list.push(seen)
      index += 1
    }
    list.push(entry)
  }
  return list.concat(above.slice(index))
}

/** By code units: the same order on every machine, whatever its language. */
function byName(a: Entry, b: Entry): number {
  if (a.name === b.name) return 0
  return a.name < b.name ? -1 : 1
}
