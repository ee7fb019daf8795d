import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'

/** Of this process among all that there ever were: every container has a process 1. */
export function replicaName(): string {
  return `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`
}
