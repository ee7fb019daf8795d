import { CommandFailure, EXIT } from './exit-code.ts'

/** A zone as it was given: "region/zone", as every command prints it, or its name and perhaps `--region`. */
export function zoneArgument(
  text: string,
  region: string | undefined,
): { readonly zone: string; readonly region: string | undefined } {
  const at = text.indexOf('/')
  if (at < 0) return { zone: text, region }
  const own = text.slice(0, at)
  if (region !== undefined && region !== own)
    throw new CommandFailure(EXIT.usage, `--region: ${region} is not the region of ${text}`)
  return { zone: text.slice(at + 1), region: own }
}
