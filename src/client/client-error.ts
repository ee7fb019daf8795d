import type { Problem } from '../model/problem.ts'

/** The server answered, and the answer is no: its problem document as an error. */
export class ClientError extends Error {
  override readonly name = 'ClientError'
  readonly status: number
  readonly problems: readonly Problem[]

  constructor(status: number, detail: string, problems: readonly Problem[]) {
    super(detail)
    this.status = status
    this.problems = problems
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
    const { title, detail, errors } = JSON.parse(text) as { title: string; detail: string; errors: Problem[] }
    return new ClientError(response.status, `${response.status} ${title}: ${detail}`, errors ?? [])
  } catch {
    return new ClientError(response.status, `${response.status} ${response.statusText}`, [])
  }
}
