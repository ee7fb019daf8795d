import { readFileSync } from 'node:fs'
import { buildDescriptor, DESCRIPTOR } from './build-descriptor.ts'
import { OPENAPI, openApiText } from './build-openapi.ts'

/** Fails when a generated file that is checked in is not what its source makes. */
const generated = [
  { file: OPENAPI, made: openApiText },
  { file: DESCRIPTOR, made: buildDescriptor },
]
for (const { file, made } of generated) {
  if (readFileSync(file, 'utf8') === made()) continue
  console.error(`${file} is stale: run npm run generate and commit the result`)
  process.exitCode = 1
}
