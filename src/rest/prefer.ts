import { LONGEST_WAIT } from '../operations/converge.ts'

/**
 * Seconds that `Prefer: wait=N` asks for, at most 60. RFC 7240, section 2: preferences may stand in several headers
 * and with parameters, the first of a name counts, and what is not understood is ignored.
 */
export function preferredWait(prefer: string | null): number | undefined {
  for (const preference of prefer?.split(',') ?? []) {
    const [token = ''] = preference.split(';')
    const [name, value] = token.split('=').map(text => text.trim())
    if (name?.toLowerCase() !== 'wait') continue
    const seconds = /^"?([0-9]{1,9})"?$/.exec(value ?? '')?.[1]
    return seconds === undefined ? undefined : Math.min(Number(seconds), LONGEST_WAIT)
  }
  return undefined
}
