import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readBody } from '../../src/rest/body.ts'
import { BodyBudget } from '../../src/rest/body-budget.ts'

function put(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Request {
  return new Request('http://x/', {
    method: 'PUT',
    body,
    headers: { 'Content-Type': 'application/json', ...headers },
  })
}

async function statusOf(answer: ReturnType<typeof readBody>): Promise<number | string> {
  const bytes = await answer
  return bytes instanceof Response ? bytes.status : new TextDecoder().decode(bytes)
}

test('a body of exactly the limit is read, one byte more is not', async () => {
  expect(await statusOf(readBody(put('12345'), { limit: 5 }))).toBe('12345')
  expect(await statusOf(readBody(put('123456'), { limit: 5 }))).toBe(413)
})

test('the limit counts what gzip becomes', async () => {
  const zipped = (text: string) => put(new Uint8Array(gzipSync(text)), { 'Content-Encoding': 'gzip' })
  expect(await statusOf(readBody(zipped('a'.repeat(1000)), { limit: 1000 }))).toBe('a'.repeat(1000))
  expect(await statusOf(readBody(zipped('a'.repeat(1001)), { limit: 1000 }))).toBe(413)
})

test('bodies share a budget, and what one gives back the next may take', async () => {
  const budget = new BodyBudget(10)
  const first = budget.lease()
  expect(await statusOf(readBody(put('12345678'), { lease: first }))).toBe('12345678')
  const second = budget.lease()
  const refused = await readBody(put('12345678'), { lease: second })
  expect(refused).toMatchObject({ status: 503 })
  expect((refused as Response).headers.get('retry-after')).toBe('1')
  second.end()
  first.end()
  first.end()
  expect(await statusOf(readBody(put('1234567890'), { lease: budget.lease() }))).toBe('1234567890')
  expect(await statusOf(readBody(put('1'), { lease: budget.lease() }))).toBe(503)
})
