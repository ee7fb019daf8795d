import { InvalidArgumentError } from 'commander'

/** A number as a flag gives it. From what to what it may be is the server's to say. */
export function wholeNumber(text: string): number {
  if (!/^[0-9]{1,16}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}
