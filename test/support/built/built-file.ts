import { join } from 'node:path'
import { inject } from 'vitest'

/** A file that was built for this run, by its path in `src` or its name: `cli/main`. */
export function builtFile(name: string): string {
  return join(inject('built'), `${name}.js`)
}
