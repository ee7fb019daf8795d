/**
 * How many endpoints the body of an `Endpoints` entry lists. Counted in its text, because most bodies are never parsed:
 * each endpoint has one address, the numbers of a port of that name stand without quotes, and those of a value are escaped.
 */
export function endpointCount(body: string): number {
  let count = 0
  for (let at = body.indexOf(ADDRESS); at !== -1; at = body.indexOf(ADDRESS, at + ADDRESS.length)) count += 1
  return count
}

const ADDRESS = '"address":"'
