import type { z } from 'zod'
import { ContentDraft } from '../model/content-draft.ts'
import { parseJson } from '../model/json.ts'
import { readBody } from './body.ts'
import { problem } from './problem.ts'

const BODY_LIMIT = 64 * 1024

/**
 * The small document that says how something is to be done, or the response that refuses it. No body at all asks for the
 * defaults.
 */
export async function readRequestDocument<S extends z.ZodObject>(
  request: Request,
  what: string,
  schema: S,
): Promise<z.output<S> | Response> {
  const bytes = await readBody(request, { limit: BODY_LIMIT })
  if (bytes instanceof Response) return bytes
  const json = parseJson(bytes.length === 0 ? Buffer.from('{}') : bytes)
  if (!json.ok) return problem(400, 'the body is not JSON that can be read', json.problems)
  const draft = new ContentDraft()
  const document = draft.parse(what, schema, json.value, [])
  return document ?? problem(422, `the ${what} cannot be done as asked for`, draft.problems)
}
