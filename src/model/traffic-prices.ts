import { isKnownZone } from './traffic.ts'

/** What 10^9 bytes between two zones cost, in a currency that is the reader's. Within a zone they cost nothing. */
export interface TrafficPrices {
  /** Between zones of one region, or of regions that are not known. */
  readonly zone: number
  readonly region: number
  /** By `FROM>TO`, zones as traffic names them: they win. */
  readonly pairs: ReadonlyMap<string, number>
}

const EXAMPLE = 'zone=0.01,region=0.02,r1/zone-a>r2/zone-b=0.05'
const PRICE = /^(?<key>[^=>,\s]+(?:>[^=>,\s]+)?)=(?<price>[0-9]{1,9}(?:\.[0-9]{1,9})?)$/

/** What is left out: `zone` costs nothing, `region` as much as `zone`. A text says what is wrong. */
export function parseTrafficPrices(text: string): TrafficPrices | string {
  const prices = new Map<string, number>()
  for (const part of text.split(',')) {
    const { key, price } = PRICE.exec(part.trim())?.groups ?? {}
    if (key === undefined || !(key === 'zone' || key === 'region' || key.includes('>')))
      return `"${part.trim()}" is no price such as ${EXAMPLE.split(',').join(' or ')}`
    if (prices.has(key)) return `${key} is given twice`
    prices.set(key, Number(price))
  }
  const { zone = 0, region = zone } = Object.fromEntries(prices)
  const pairs = new Map([...prices].filter(([key]) => key.includes('>')))
  return { zone, region, pairs }
}

/** Of 10^9 bytes. Where a zone is not known nobody knows what they cost: nothing, then. */
export function priceBetween({ zone, region, pairs }: TrafficPrices, from: string, to: string): number {
  const said = pairs.get(`${from}>${to}`)
  if (said !== undefined) return said
  if (from === to || !isKnownZone(from) || !isKnownZone(to)) return 0
  const [one, other] = [regionOf(from), regionOf(to)]
  return one !== other && one !== undefined && other !== undefined ? region : zone
}

function regionOf(zone: string): string | undefined {
  const at = zone.indexOf('/')
  return at < 0 ? undefined : zone.slice(0, at)
}
