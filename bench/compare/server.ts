/** A server under measurement, running with its whole workload. */
export interface Server {
  readonly name: string
  /** Its CPU time and memory are those of this process, with all its threads. */
  readonly pid: number
  readonly xds: string
  /** Name of the assignment of a service. */
  resourceName(service: number): string
  /** Makes ready a change of one endpoint of each of these; calling what it returns asks for it, and only that is timed. */
  prepareChange(services: readonly number[]): () => Promise<unknown>
  stop(): Promise<void>
}
