import type { ProxyForm } from '../../model/proxies.ts'
import type { DecodedRequest, DiscoveryRequest, NameFinder } from '../../proto/discovery-request.ts'
import type { DeltaStream, DeltaStreamOptions } from './delta-stream.ts'

/** What every response says beside its resources; for people. */
interface Signature {
  /** Which replica. */
  readonly controlPlane: string
  /** The revision that the views show. */
  readonly systemVersion: string
}

export type FormName = Extract<ProxyForm, 'delta' | 'sotw'>

/** One form of the protocol: how its messages read, and what they mean to a `DeltaStream`. */
export interface Form<Request extends DiscoveryRequest> {
  readonly name: FormName
  /** Never throws. */
  decode(bytes: Uint8Array, names: NameFinder): DecodedRequest<Request>
  open(options: DeltaStreamOptions): Dialogue<Request>
}

/** A response as it is written. */
interface WrittenResponse {
  readonly typeUrl: string
  readonly bytes: Buffer
}

/** What is said on one stream, both ways. */
export interface Dialogue<Request extends DiscoveryRequest> {
  /** What the client wants, has and answered, in whatever form it says so. */
  readonly stream: DeltaStream
  /** As `DeltaStream.onRequest`. */
  onRequest(request: Request, at: Date): string | undefined
  /** The next response; undefined when there is none, or none that may be sent now. */
  next(now: number, signature: Signature): WrittenResponse | undefined
  /** When to call `next` again though nothing happened; undefined: never. */
  wakeAt(): number | undefined
}
