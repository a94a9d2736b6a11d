/** Creates a root scope. @module */

import type { Entry } from './entry.ts'
import type { Registry, RegistryOptions } from './registry.ts'

export declare function createRegistry<T extends Entry>(options: RegistryOptions<T>): Registry<T>
