import type { Problem } from '../model/problem.ts'
import type { Refusal } from '../operations/refusal.ts'

/** The server answered, and the answer is no: its problem document as an error. */
export class ClientError extends Error {
  override readonly name = 'ClientError'
  readonly status: number
  readonly problems: readonly Problem[]
  /** Of a push that was refused for the endpoints that it takes: what it would do. */
  readonly removal: Refusal['removal']

  constructor(
    status: number,
    detail: string,
    problems: readonly Problem[],
    removal: Refusal['removal'] = undefined,
  ) {
    super(detail)
    this.status = status
    this.problems = problems
    this.removal = removal
  }
}

/** No answer came at all. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

/** Reads what a refusing response says; a proxy in between may speak no problem documents. */
export async function clientError(response: Response): Promise<ClientError> {
  const text = await response.text().catch(() => '')
  try {
    const { title, detail, errors, removal } = JSON.parse(text) as {
      title: string
      detail: string
      errors?: Problem[]
      removal?: Refusal['removal']
    }
    return new ClientError(response.status, `${response.status} ${title}: ${detail}`, errors ?? [], removal)
  } catch {
    return new ClientError(response.status, `${response.status} ${response.statusText}`, [])
  }
}
