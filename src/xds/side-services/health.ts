import type { Server, ServerWritableStream, UntypedServiceImplementation } from '@grpc/grpc-js'
import { HealthImplementation, service } from 'grpc-health-check'
import type { OpenCalls } from './open-calls.ts'

/** A watcher as it calls; its messages are decoded. */
type Watch = ServerWritableStream<{ service: string }, { status: string }>

/**
 * `grpc.health.v1.Health` of the server as a whole ('') and of each of its services, for load balancers: it asks for no
 * token. Returns what says NOT_SERVING to all of them.
 */
export function addHealth(server: Server, services: readonly string[], open: OpenCalls): () => void {
  const all = ['', ...services]
  const health = new HealthImplementation(Object.fromEntries(all.map(name => [name, 'SERVING'])))
  const known = new Set(all)
  health.addToServer({
    addService: (definition, { watch, ...others }: UntypedServiceImplementation) => {
      server.addService(definition, {
        ...others,
        watch: (call: Watch) => {
          open.add(call)
          // The library remembers every name that anybody asks for; of what there is not, nothing will ever be news.
          if (known.has(call.request.service)) (watch as (call: Watch) => void)(call)
          else call.write({ status: 'SERVICE_UNKNOWN' })
        },
      })
    },
  })
  return () => {
    for (const name of all) health.setStatus(name, 'NOT_SERVING')
  }
}

/** Its methods, for those who ask what is spoken here. */
export const HEALTH_METHODS = Object.values(service).map(
  ({ path, requestStream, responseStream, ...types }) => ({
    path,
    requestStream,
    responseStream,
    requestMessage: `grpc.health.v1.${nameOf(types.requestType)}`,
    responseMessage: `grpc.health.v1.${nameOf(types.responseType)}`,
  }),
)

function nameOf(definition: unknown): string {
  return (definition as { type: { name: string } }).type.name
}
