import { Option } from 'commander'
import { wholeNumber } from './whole-number.ts'

/** `--epoch N` of commands that pushers run. */
export function epochOption(): Option {
  return new Option(
    '--epoch <n>',
    'which of the pushers that relieve one another this is: refused where one with a greater number has written',
  ).argParser(wholeNumber)
}
