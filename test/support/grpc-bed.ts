import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Closing } from '../../demo/closing.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { runCli } from '../cli/run-cli.ts'
import { type EndpointAt, service, topology } from './documents.ts'
import { type GrpcBackend, startGrpcBackend } from './grpc-backend.ts'
import { openTestbed, type Testbed } from './testbed.ts'
import { type CallOutcome, XdsCaller } from './xds-caller.ts'

/** A program with gRPC's own xDS: the command and its arguments. */
export type Library = readonly [string, ...string[]]

/** A control plane, gRPC servers, and gRPC clients that find these by it. */
export interface GrpcBed {
  readonly bed: Testbed
  backend(name: string): Promise<GrpcBackend>
  /** A client in a zone, started with what `vicinity bootstrap --grpc` prints. */
  client(library: Library, zone: string): Promise<XdsCaller>
  /** Path of such a bootstrap. */
  bootstrap(id: string, zone: string): Promise<string>
  /** The service `web` alone. */
  push(endpoints: readonly EndpointAt[], settings?: object): Promise<void>
  close(): Promise<void>
}

export const WEB = 'xds:///default/web/3000'

export async function openGrpcBed(): Promise<GrpcBed> {
  const closing = new Closing()
  const bed = await openTestbed()
  closing.addWay(() => bed.close())
  const clients = await grpcClients(bed.xds, closing)
  return {
    bed,
    ...clients,
    push: (endpoints, settings = {}) => bed.push('topology', topology(service('web', endpoints, settings))),
    close: () => closing.close(),
  }
}

/** Starts gRPC servers, and gRPC clients of an xDS server; `closing` is told how to end them. */
export async function grpcClients(
  xds: string,
  closing: Closing,
): Promise<Pick<GrpcBed, 'backend' | 'client' | 'bootstrap'>> {
  const folder = await mkdtemp(join(tmpdir(), 'vicinity-grpc-'))
  closing.addWay(() => rm(folder, { recursive: true, force: true }))
  let bootstraps = 0
  const bootstrap = async (id: string, zone: string) => {
    const path = join(folder, `bootstrap-${++bootstraps}.json`)
    const { stdout } = await runCli(['bootstrap', '--grpc', '--id', id, '--zone', zone, '--xds', xds])
    await writeFile(path, stdout)
    return path
  }
  return {
    bootstrap,
    backend: async name => {
      const backend = await startGrpcBackend(name)
      closing.addWay(async () => backend.close())
      return backend
    },
    client: async ([command, ...args], zone) => {
      const caller = closing.add(new XdsCaller(command, args, await bootstrap(`client-${zone}`, zone)))
      // Loading gRPC's xDS takes seconds of JavaScript where much else goes on.
      await caller.call(WEB, { count: 0 })
      return caller
    },
  }
}

/** Calls until one is answered by this server and no other; then so many calls more. */
export async function settledOn(client: XdsCaller, name: string, count = 20): Promise<CallOutcome> {
  await waitUntil(`${name} to answer`, async () => (await client.call(WEB)).answered[name] === 1)
  return client.call(WEB, { count })
}
