import type { ServerOptions } from '@grpc/grpc-js'

/**
 * A connection of a limited age ends in two steps, both before the limit. First the library asks its client to open
 * another one for new streams (GOAWAY); what is open goes on, and discovery streams never end by themselves. Then,
 * once that was said for certain, each stream ends in good order, at a moment of its own.
 */

/** The library draws its moment from 10% around what it is told: half of the limit at the latest. */
const ASKED_AFTER = 1 / 2.2

export function connectionAgeOptions(limit: number): Partial<ServerOptions> {
  return { 'grpc.max_connection_age_ms': Math.floor(limit * ASKED_AFTER) }
}

/** For how long a stream may live: from half of the limit to all of it, so that a fleet does not move as one. */
export function streamLifetime(limit: number, random = Math.random()): number {
  return (limit * (1 + random)) / 2
}
