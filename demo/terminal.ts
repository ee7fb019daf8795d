/** What the demo prints: a heading per chapter, aligned facts below it, a verdict at the line's end. */

const colours = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code: number) => (text: string) => (colours ? `\x1b[${code}m${text}\x1b[0m` : text)
const bold = paint(1)
const dim = paint(2)
const red = paint(31)
const green = paint(32)

const LABEL_WIDTH = 28
const FACT_WIDTH = 54

export function heading(text: string): void {
  console.log(`\n${bold(text)}`)
}

export function fact(label: string, text: string): void {
  console.log(`  ${dim(label.padEnd(LABEL_WIDTH))}${text}`)
}

/** A fact that must hold: prints whether it did, and says so to the caller. */
export function check(label: string, text: string, right: boolean): boolean {
  console.log(
    `  ${dim(label.padEnd(LABEL_WIDTH))}${text.padEnd(FACT_WIDTH)}${right ? green('ok') : red('WRONG')}`,
  )
  return right
}

export function line(text = ''): void {
  console.log(text)
}

export function verdict(right: boolean, text: string): void {
  console.log(`\n${right ? green(text) : red(text)}`)
}
