/** Lines over numbers. */
export interface Chart {
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly { readonly name: string; readonly points: readonly Point[] }[]
}

interface Axis {
  readonly label: string
  /** Powers of ten at equal distances; then everything is above zero. */
  readonly log?: boolean
}

type Point = readonly [x: number, y: number]

const WIDTH = 420
const HEIGHT = 280
const MARGIN = { left: 60, right: 28, top: 28, bottom: 58 }
const COLOURS = ['#0b6bcb', '#d1541f', '#2e8540', '#7a4cb0']

/** One SVG picture of these, two beside each other. */
export function drawCharts(charts: readonly Chart[]): string {
  const columns = Math.min(2, charts.length)
  const [width, height] = [columns * WIDTH, Math.ceil(charts.length / columns) * HEIGHT]
  const panels = charts.map((chart, index) => {
    const [x, y] = [(index % columns) * WIDTH, Math.floor(index / columns) * HEIGHT]
    return `<g transform="translate(${x} ${y})">\n${drawChart(chart)}\n</g>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<title>${escaped(charts.map(({ title }) => title).join('; '))}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...panels,
    '</svg>\n',
  ].join('\n')
}

function drawChart({ title, x, y, series }: Chart): string {
  const points = series.flatMap(one => one.points)
  const [xs, ys] = [points.map(([px]) => px), points.map(([, py]) => py)]
  const across = scaleOf(x, xs, [MARGIN.left, WIDTH - MARGIN.right])
  const up = scaleOf(y, ys, [HEIGHT - MARGIN.bottom, MARGIN.top])
  const place = ([px, py]: Point): Point => [round(across.at(px)), round(up.at(py))]
  const [left, right] = [MARGIN.left, WIDTH - MARGIN.right]
  const [top, bottom] = [MARGIN.top, HEIGHT - MARGIN.bottom]
  return [
    text(title, WIDTH / 2, 16, 'text-anchor="middle" font-weight="bold"'),
    ...up.ticks.flatMap(tick => [
      `<path d="M${left} ${round(up.at(tick))}H${right}" stroke="#ddd"/>`,
      text(numberText(tick), left - 6, up.at(tick) + 4, 'text-anchor="end"'),
    ]),
    ...across.ticks.flatMap(tick => [
      `<path d="M${round(across.at(tick))} ${top}V${bottom}" stroke="#eee"/>`,
      text(numberText(tick), across.at(tick), bottom + 14, 'text-anchor="middle"'),
    ]),
    `<path d="M${left} ${top}V${bottom}H${right}" stroke="#333" fill="none"/>`,
    text(x.label, (left + right) / 2, bottom + 30, 'text-anchor="middle"'),
    `<g transform="translate(14 ${(top + bottom) / 2}) rotate(-90)">${text(y.label, 0, 0, 'text-anchor="middle"')}</g>`,
    ...series.map((one, index) => drawSeries(one.name, one.points.map(place), index)),
  ].join('\n')
}

/** A line with a dot at each point, and its name below the chart. */
function drawSeries(name: string, points: readonly Point[], index: number): string {
  const colour = COLOURS[index % COLOURS.length]
  const legend = MARGIN.left - 40 + index * 100
  return [
    `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...points.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`),
    `<path d="M${legend} ${HEIGHT - 12}h18" stroke="${colour}" stroke-width="2"/>`,
    text(name, legend + 23, HEIGHT - 8),
  ].join('\n')
}

interface Scale {
  readonly ticks: readonly number[]
  at(value: number): number
}

/** Where values of an axis are drawn. A linear one begins at zero, one of powers at the power below the least. */
function scaleOf({ log = false }: Axis, values: readonly number[], [from, to]: Point): Scale {
  const highest = Math.max(...values)
  const ticks = log ? powers(Math.min(...values), highest) : steps(highest)
  const map = log ? Math.log10 : (value: number) => value
  const [low, high] = [map(ticks[0] ?? 0), map(ticks.at(-1) ?? 1)]
  return { ticks, at: value => from + ((map(value) - low) / (high - low)) * (to - from) }
}

function powers(least: number, highest: number): number[] {
  const first = Math.floor(Math.log10(least))
  const last = Math.max(first + 1, Math.ceil(Math.log10(highest)))
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index))
}

/** Four to eight steps of 1, 2 or 5 times a power of ten, up to the value. */
function steps(highest: number): number[] {
  const rough = (highest > 0 ? highest : 1) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10) * power
  return Array.from({ length: Math.ceil(highest / step || 1) + 1 }, (_, index) => index * step)
}

function text(words: string, x: number, y: number, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped(words)}</text>`
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

/** Short, and without the noise of binary fractions. */
function numberText(value: number): string {
  return value >= 1_000 ? value.toLocaleString('en-US') : String(Number(value.toPrecision(3)))
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
