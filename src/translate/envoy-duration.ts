import { durationMilliseconds } from '../model/duration.ts'

/** A Gateway API duration as ProtoJSON writes google.protobuf.Duration: "1m30s" is "90s", "250ms" is "0.25s". */
export function envoyDuration(text: string): string {
  return `${durationMilliseconds(text) / 1000}s`
}
