import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import type { Plugin } from 'esbuild'

/**
 * Lets each file of `src` take for its own place, in whatever file it comes to stand, the one that it would have if every
 * file was built by itself: what it finds by that (migrations, messages, the files of threads) is then found. `urlOf`: the
 * place as an expression, by the path in the folder of what is built.
 */
export function places(src: string, urlOf: (path: string) => string): Plugin {
  return {
    name: 'places',
    setup({ onLoad }) {
      onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
        const place = urlOf(relative(src, path).replace(/\.ts$/, '.js'))
        const text = await readFile(path, 'utf8')
        return { contents: text.replaceAll('import.meta.url', place), loader: 'ts' }
      })
    },
  }
}
