/**
 * This server's version, from its package.
 *
 * @module
 */
import manifest from '../package.json' with { type: 'json' }

export const version: string = manifest.version
