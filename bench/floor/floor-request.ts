/** What must be known of a `DeltaDiscoveryRequest`, read without making anything of the rest. */
export interface FloorRequest {
  readonly typeUrl: string
  readonly isAnswer: boolean
  readonly hasVersions: boolean
}

/** Field numbers of the message; all of its fields are length-delimited. */
const FIELD = { typeUrl: 2, initialResourceVersions: 5, responseNonce: 6 }

export function readRequest(bytes: Buffer): FloorRequest {
  const request = { typeUrl: '', isAnswer: false, hasVersions: false }
  let at = 0
  const varint = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const field = varint() >> 3
    const length = varint()
    if (field === FIELD.typeUrl) request.typeUrl = bytes.toString('latin1', at, at + length)
    else if (field === FIELD.responseNonce) request.isAnswer = true
    else if (field === FIELD.initialResourceVersions) request.hasVersions = true
    at += length
  }
  return request
}
