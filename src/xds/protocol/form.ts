import type { ProxyForm } from '../../model/proxies.ts'
import type { DecodedRequest, DiscoveryRequest, NameFinder } from '../../proto/discovery-request.ts'
import type { Resource } from '../../translate/resource.ts'
import type { DeltaStream, DeltaStreamOptions } from './delta-stream.ts'

/** What of a response is equal for all streams that are sent the same. */
export interface BodyContent {
  readonly typeUrl: string
  readonly resources: readonly Resource[]
  readonly removed: readonly string[]
}

/** Makes the bytes of a body: one function for each form. `controlPlane`: which replica says so; for people. */
export type EncodeBody = (content: BodyContent, controlPlane: string) => Buffer

/** The bytes of bodies, made once for all who are sent the same. */
export interface Bodies {
  /** Which replica says so; for people. */
  readonly controlPlane: string
  of(content: BodyContent, encode: EncodeBody): Buffer
}

/** What a response says beside its stream's news. */
interface Signature {
  /** The revision that the views show; for people. */
  readonly systemVersion: string
  readonly bodies: Bodies
}

export type FormName = Extract<ProxyForm, 'delta' | 'sotw'>

/** One form of the protocol: how its messages read, and what they mean to a `DeltaStream`. */
export interface Form<Request extends DiscoveryRequest> {
  readonly name: FormName
  /** Never throws. */
  decode(bytes: Uint8Array, names: NameFinder): DecodedRequest<Request>
  open(options: DeltaStreamOptions): Dialogue<Request>
}

/** A response as it is written: the head, which is its stream's own, and behind it the body, which others may be sent too. */
interface WrittenResponse {
  readonly typeUrl: string
  readonly head: Buffer
  readonly body: Buffer
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
